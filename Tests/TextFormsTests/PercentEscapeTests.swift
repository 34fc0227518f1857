import Testing
import TextForms

@Suite("Escapes of URIs")
struct PercentEscapeTests {
    private func read(_ text: String, plusIsSpace: Bool = false) -> [UInt8]? {
        Array(text.utf8).withUnsafeBytes { PercentEscape.bytes($0, plusIsSpace: plusIsSpace) }
    }

    @Test func `whatever text is written as a value comes back`() {
        for text in ["", "a b", "ä%&=+#/?\r\n", "~-._", "\u{1F511}"] {
            let value = PercentEscape.value(text)
            #expect(value.utf8.allSatisfy { $0 != 0x20 && $0 != 0x0A && $0 != 0x26 && $0 < 0x80 })
            #expect(read(value) == Array(text.utf8))
            #expect(read(value, plusIsSpace: true) == Array(text.utf8))
        }
    }

    @Test(arguments: ["%", "%4", "a%", "%4g", "%+f", "%-1", "% 1", "%%41"])
    func `a broken escape is none`(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func `a plus is a space in a form alone`() {
        #expect(read("a+b%2B") == Array("a+b+".utf8))
        #expect(read("a+b%2B", plusIsSpace: true) == Array("a b+".utf8))
    }
}
