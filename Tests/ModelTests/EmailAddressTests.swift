import Model
import Testing

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(arguments: [
        ("ann@example.com", "ann@example.com"), ("Ann@Example.COM", "ann@example.com"), ("a@b", "a@b"),
        ("o'neil+x@example.com", "o'neil+x@example.com"),
    ])
    func `one mailbox has one spelling here`(_ text: String, _ kept: String) {
        #expect(EmailAddress(text)?.text == kept)
    }

    /// The forms of RFC 5891 and UTS #46, nontransitional.
    @Test(arguments: [
        ("Ada@Bücher.Example", "ada@xn--bcher-kva.example"), ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
        ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"), ("ada@ｂücher。example", "ada@xn--bcher-kva.example"),
        ("ada@bü\u{AD}cher.example", "ada@xn--bcher-kva.example"), ("ada@faß.example", "ada@xn--fa-hia.example"),
        ("ada@例え.example", "ada@xn--r8jz45g.example"), ("ada@παράδειγμα.example", "ada@xn--hxajbheg2az3al.example"),
        ("ada@مثال.example", "ada@xn--mgbh0fb.example"), ("ada@ｅxample.com", "ada@example.com"),
    ])
    func `a domain with letters outside ASCII is taken in its ASCII form`(_ text: String, _ kept: String) {
        #expect(EmailAddress(text)?.text == kept)
    }

    @Test(arguments: [
        "a@-ü.example", "a@ü-.example", "a@ü..example", "a@.ü.example", "a@ü.example.", "a@ü_x.example",
        "a@ü%41.example", "a@ü@x.example", "a@ü/x", "a@ü:80", "a@ü#x", "a@ü?x", "a@ü x.example", "a@ü\\x", "a@[ü]",
        "a@\u{202E}ü.example", "a@\u{200D}ü.example", "a@1א.example", "a@ü\u{378}.example", "a@ab--ü.example",
        "a@xn--ü.example", "a@ü\u{2488}com", "a@ü＠x.example", "a@" + String(repeating: "ü", count: 64) + ".example",
        "a@" + String(repeating: "ü.", count: 60) + "example", "ａ@example.com", "a@\u{301}example.com", "a＠example.com",
        "a@\u{AD}", "a@ü\r\nBcc: x@y",
    ])
    func `a domain that has no ASCII form is refused`(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test func `whoever wrote it hears what is wrong`() {
        #expect(EmailAddress.explanation(of: "ä@example.com").hasPrefix("Before the @"))
        #expect(EmailAddress.explanation(of: "a@-ü.example").hasPrefix("Behind the @"))
        #expect(EmailAddress.explanation(of: "nobody").hasPrefix("Must be an e-mail address"))
    }

    @Test(arguments: [
        "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", " a@b", "a@b\n", "a@b\r\nBcc: x@y", "a@b,c@d", "<a@b>",
        "\"a\"@b",
        "a@[127.0.0.1]", "ä@example.com", "a;b@c", "a:b@c", "a\\b@c", "a(b)@c", "a\0@b",
        String(repeating: "a", count: 65) + "@b", "a@" + String(repeating: "b", count: 253),
    ])
    func `what could be read in two ways, or inject, is refused`(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }
}
