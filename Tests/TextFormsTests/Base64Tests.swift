import Foundation
import Testing
import TextForms

@Suite("Base64")
struct Base64Tests {
    /// Foundation reads and writes it, too; more loosely, so it is asked for what is right alone.
    @Test func `bytes of every length come back from what others write, in both alphabets`() {
        var generator = SystemRandomNumberGenerator()
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let standard = Data(bytes).base64EncodedString()
            let url = standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64.text(bytes) == standard)
            #expect(Base64.bytes(Array(standard.utf8)) == bytes)
            #expect(Base64URL.text(bytes) == url)
            #expect(Base64URL.bytes(Array(url.utf8)) == bytes)
        }
    }

    @Test(arguments: [
        "A", "AA", "AAA", "A===", "====", "=AAA", "AA=A", "AB==", "AAB=", "AA==AAAA", "AAA_", "AAA-", "AA A", "AAA\n",
        "AAAé",
    ])
    func `a text with padding that no encoder writes is none`(_ text: String) {
        #expect(Base64.bytes(Array(text.utf8)) == nil)
    }

    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "AA==", "AAA+", "AAA/", "AA A", "AAAé"])
    func `a text for URLs that no encoder writes is none`(_ text: String) {
        #expect(Base64URL.bytes(Array(text.utf8)) == nil)
    }

    @Test func `there is one text for each value`() {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for first in digits {
            for second in digits {
                guard let bytes = Base64URL.bytes([first, second]) else { continue }
                #expect(Array(Base64URL.text(bytes).utf8) == [first, second])
            }
        }
    }
}
