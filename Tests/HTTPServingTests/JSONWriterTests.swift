import Foundation
import HTTPServing
import TestSupport
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test func `members come in the order of the calls, with commas between`() {
        let bytes = JSONWriter.object { json in
            json.member("a", "x")
            json.member("b", nil as String?)
            json.member("c", 7)
            json.member("d", nil as Int?)
            json.member("e", true)
            json.member("f", ["y", "z"])
            json.member("g", [])
            json.name("h")
            json.object { $0.member("i", false) }
            json.name("j")
            json.array([1, 2]) { json, number in json.object { $0.member("n", number) } }
            json.name("k")
            json.raw(Array("[0]".utf8))
            json.name("l")
            json.null()
        }
        let expected =
            #"{"a":"x","b":null,"c":7,"d":null,"e":true,"f":["y","z"],"g":[],"h":{"i":false},"#
            + #""j":[{"n":1},{"n":2}],"k":[0],"l":null}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func `every character reads back as what was written, as value and as name`() throws {
        for scalar in (0...0x2FF).compactMap({ Unicode.Scalar($0 as UInt32) }) + [
            "\u{2028}", "\u{FFFD}", "🙂", "\u{10FFFF}",
        ] {
            let text = "a\(scalar)b"
            let bytes = JSONWriter.object { json in
                json.name(text)
                json.string(text)
            }
            #expect(try JSON(parsing: bytes) == .object([text: .text(text)]))
            #expect(bytes.allSatisfy { $0 >= 0x20 })
        }
    }

    @Test(arguments: ["\"", "\\", "\"}", "\\\"", "\n", "\r\n", "\u{0}", "\",\"admin\":\"true", "\u{7}\u{8}\u{C}\u{1F}"])
    func `a value cannot end itself`(_ value: String) throws {
        let bytes = JSONWriter.object { $0.member("v", value) }
        #expect(try JSON(parsing: bytes) == ["v": .text(value)])
    }

    @Test func `any text reads back`() throws {
        var generator = SeededGenerator(seed: 2)
        let alphabet = Array("ab\"\\\n\r\t\u{0}\u{1F}é🙂/").map(String.init)
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }.joined()
            #expect(try JSON(parsing: JSONWriter.object { $0.member("v", text) }) == ["v": .text(text)])
        }
    }

    @Test func `the whole range of numbers is written`() {
        var writer = JSONWriter()
        writer.array([Int.min, -1, 0, Int.max]) { $0.integer($1) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "[-9223372036854775808,-1,0,9223372036854775807]")
    }
}
