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

    @Test(arguments: [
        "", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", " a@b", "a@b\n", "a@b\r\nBcc: x@y", "a@b,c@d", "<a@b>",
        "\"a\"@b",
        "a@[127.0.0.1]", "ä@example.com", "a@exämple.com", "a;b@c", "a:b@c", "a\\b@c", "a(b)@c", "a\0@b",
        String(repeating: "a", count: 65) + "@b", "a@" + String(repeating: "b", count: 253),
    ])
    func `what could be read in two ways, or inject, is refused`(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }
}
