import OAuth
import TestSupport
import Testing

@Suite("A form is read strictly")
struct FormTests {
    @Test func `names and values are decoded`() throws {
        let form = try Form(parsing: "a=1&b=two+words&c=%C3%A9%26%3D%2B&d=&e&f=x=y&&")
        #expect(form["a"] == "1")
        #expect(form["b"] == "two words")
        #expect(form["c"] == "é&=+")
        // RFC 6749 §3.2: without a value is as if it were not there.
        #expect(form["d"] == nil)
        #expect(form["e"] == nil)
        #expect(form["f"] == "x=y")
        #expect(form["g"] == nil)
    }

    @Test(arguments: [
        ("application/x-www-form-urlencoded", true), ("Application/X-WWW-Form-Urlencoded; charset=utf-8", true),
        ("application/x-www-form-urlencoded \t;charset=utf-8", true), ("application/json", false), ("", false),
        (";", false),
        ("application/x-www-form-urlencodedx", false), ("text/plain;application/x-www-form-urlencoded", false),
        ("application/x-www-form-url encoded", false), (nil, false),
    ])
    func `a body says that it is one, in either case and with parameters`(_ contentType: String?, _ isForm: Bool) {
        #expect(Form.isType(contentType) == isForm)
    }

    @Test func `an empty body has no parameters`() throws {
        #expect(try Form(parsing: "")["a"] == nil)
        #expect(try Form(parsing: "&&&")["a"] == nil)
    }

    @Test(arguments: [
        "a=1&a=2", "a=1&b=2&a=1", "a=&a=", "a&a", "a=1&%61=1", "client+id=1&client%20id=2", "a=1&a",
    ])
    func `a parameter that is sent twice is refused, however it is spelt`(_ body: String) {
        expectRefused(body)
    }

    @Test(arguments: [
        "a=%", "a=%1", "a=%G0", "a=%0G", "a=% 1", "%=1", "a=%+1", "a=%%", "a=1&b=%4", "a=%u0041", "a=%-1",
    ])
    func `a broken escape is refused`(_ body: String) {
        expectRefused(body)
    }

    @Test func `a NUL is refused, raw and escaped, in name and value`() {
        for body in ["a=%00", "a%00=1", "a=b%00c", "a=\u{0}"] { expectRefused(body) }
    }

    @Test(arguments: [
        "%FF", "%C3", "%C3%28", "%A0%A1", "%E2%28%A1", "%F0%28%8C%BC", "%ED%A0%80", "%C0%80", "%F8%88%80%80",
    ])
    func `what is not UTF-8 is refused`(_ value: String) {
        expectRefused("a=\(value)")
        expectRefused("\(value)=a")
    }

    @Test func `every byte stands for itself or is refused, and none traps`() throws {
        for byte in UInt8.min ... .max {
            let body = Array("a=x".utf8) + [byte] + Array("y".utf8)
            switch byte {
            case 0, 0x80...: #expect(throws: OAuthError.self) { try Form(parsing: body) }
            case UInt8(ascii: "%"): #expect(throws: OAuthError.self) { try Form(parsing: body) }
            case UInt8(ascii: "&"): #expect(try Form(parsing: body)["a"] == "x")
            case UInt8(ascii: "+"): #expect(try Form(parsing: body)["a"] == "x y")
            default:
                #expect(
                    try Form(parsing: body)["a"].map { Array($0.utf8) } == Array("x".utf8) + [byte, UInt8(ascii: "y")])
            }
        }
    }

    @Test func `every byte escaped, in both cases of its digits, stands for itself`() throws {
        for byte in UInt8(1)..<0x80 {
            let digits = String(byte, radix: 16)
            let padded = String(repeating: "0", count: 2 - digits.utf8.count) + digits
            for text in [padded, padded.uppercased()] {
                #expect(try Form(parsing: "a=%\(text)")["a"].map { Array($0.utf8) } == [byte])
            }
        }
    }

    @Test func `64 parameters are read, 65 are refused`() throws {
        let names = (0..<64).map { "p\($0)=\($0)" }.joined(separator: "&")
        _ = try Form(parsing: names)
        expectRefused(names + "&q=1")
    }

    @Test func `64 KiB are read, one byte more is refused`() throws {
        let body = "a=" + String(repeating: "x", count: Form.maximumBytes - 2)
        #expect(try Form(parsing: body)["a"]?.utf8.count == Form.maximumBytes - 2)
        expectRefused(body + "x")
    }

    @Test func `noise is refused or read, and traps nowhere`() {
        var generator = SeededGenerator(seed: 3)
        let alphabet = Array("a=&%+;0F\u{0}é ".utf8)
        for _ in 0..<20_000 {
            let body = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            _ = try? Form(parsing: body)["a"]
        }
    }

    private func expectRefused(_ body: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(throws: OAuthError(.invalidRequest, ""), sourceLocation: sourceLocation) { try Form(parsing: body) }
    }
}

extension Form {
    /// The form with the bytes of a text.
    init(parsing body: String) throws(OAuthError) {
        try self.init(parsing: Array(body.utf8))
    }
}
