import Testing
import TextForms

@Suite("Strings in JSON")
struct JSONTextTests {
    @Test func `every character reads back wherever it stands, and no control character stands as it is`() throws {
        let scalars = (0...0xFF).compactMap { Unicode.Scalar($0 as UInt32) } + ["\u{2028}", "🙂", "\u{10FFFF}"]
        for scalar in scalars {
            for before in 0..<9 {
                let text = String(repeating: "a", count: before) + String(scalar) + "bcdefgh"
                var json: [UInt8] = []
                JSONText.append(text, to: &json)
                #expect(try JSONParser.parse(json) == .string(text))
                #expect(json.allSatisfy { $0 >= 0x20 })
            }
        }
    }

    @Test(arguments: [
        ("a\"b", #""a\"b""#), ("\\", #""\\""#), ("1\n2", #""1\n2""#), ("\t", #""\u0009""#), ("\u{1F}", #""\u001f""#),
        ("é/\u{7F}", "\"é/\u{7F}\""), ("", "\"\""),
    ])
    func `a string has one text`(_ text: String, _ json: String) {
        var written: [UInt8] = []
        JSONText.append(text, to: &written)
        #expect(String(decoding: written, as: UTF8.self) == json)
    }
}
