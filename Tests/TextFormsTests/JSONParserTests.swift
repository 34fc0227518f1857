import Testing
import TextForms

@Suite("Strict JSON (RFC 8259)")
struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test func `a text becomes the value that it spells, members in their order`() throws {
        let value = try parse(#" {"b": [1, -20, true, false, null], "a": {"é": "\u00e9\n\ud83d\ude00"}, "c": 1.5e3} "#)
        let expected = JSONObject([
            .init(name: "b", value: .array([.integer(1), .integer(-20), .bool(true), .bool(false), .null])),
            .init(name: "a", value: .object(JSONObject([.init(name: "é", value: .string("é\n😀"))]))),
            .init(name: "c", value: .decimal("1.5e3")),
        ])
        #expect(value == .object(expected))
    }

    @Test(arguments: [
        "", " ", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "[1,]", "[1 2]", "[,]", "01", "-",
        "+1",
        "1.", ".5", "1e", "0x1", "NaN", "Infinity", "tru", "truex", "nul", "\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "\"a\u{0}b\"", "1 2", "{}{}", "// a\n1",
        "\u{FEFF}1",
    ])
    func `what is no JSON is refused`(_ text: String) {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test(arguments: [#"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"a":1,"b":2,"a":3}}"#])
    func `a member that is there twice is refused`(_ text: String) {
        #expect(throws: JSONParser.Failure.self) { try parse(text) }
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func `invalid UTF-8 is refused`(_ bytes: [UInt8]) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(bytes) }
    }

    @Test func `nesting is bounded`() throws {
        let depth = JSONParser.maximumDepth
        let allowed = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        #expect(throws: Never.self) { try parse(allowed) }
        #expect(throws: JSONParser.Failure.self) { try parse("[\(allowed)]") }
        #expect(throws: JSONParser.Failure.self) { try parse(String(repeating: "[{\"a\":", count: 10_000)) }
    }

    @Test func `a number that 64 bits cannot hold is no whole number`() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
        #expect(try parse("9223372036854775808") == .decimal("9223372036854775808"))
        #expect(try parse("1.0") == .decimal("1.0"))
    }

    @Test func `no bytes can trap it`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]\",:\\u0123456789abcdefDtrue-+.eE \n".utf8) + [0x00, 0x80, 0xC3, 0xED, 0xFF]
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...24, using: &generator)
            _ = try? JSONParser.parse((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0 })
        }
    }
}
