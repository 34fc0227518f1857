import Testing
import TextForms

@Suite("Hexadecimal")
struct HexadecimalTests {
    @Test func `each byte has two digits and comes back from them, in either case`() {
        for byte in UInt8.min...UInt8.max {
            let text = Hexadecimal.text([byte])
            #expect(text == (byte < 16 ? "0" : "") + String(byte, radix: 16))
            #expect(Hexadecimal.bytes(text.utf8) == [byte])
            #expect(Hexadecimal.bytes(text.uppercased().utf8) == [byte])
            var upper: [UInt8] = []
            Hexadecimal.append(byte, inUpperCase: true, to: &upper)
            #expect(upper == Array(text.uppercased().utf8))
        }
    }

    @Test func `what is no digit has no value`() {
        for byte in UInt8.min...UInt8.max {
            let digit = Character(Unicode.Scalar(byte))
            #expect(Hexadecimal.value(of: byte).map(Int.init) == (digit.isASCII ? digit.hexDigitValue : nil))
        }
    }

    @Test(arguments: ["a", "abc", "0g", "+f", "f+", " f", "0x", "٠٠"])
    func `a text that no bytes are written as is none`(_ text: String) {
        #expect(Hexadecimal.bytes(text.utf8) == nil)
    }
}
