import TestSupport
import Testing

@testable import WebConsole

@Suite("QR codes")
struct QRCodeTests {
    /// Each length there is, against an encoder that we did not write. The mask may differ: any of the eight is read.
    @Test func `are what the Python package qrcode draws`() async throws {
        let alphabet = Array("abcXYZ019:/?&%=@.-")
        let texts = (1...213).map { length in
            String((0..<length).map { alphabet[($0 * $0 + length * 7) % alphabet.count] })
        }
        let codes = try texts.map { try #require(QRCode($0)) }
        let script = """
            import sys, qrcode
            from qrcode.util import QRData, MODE_8BIT_BYTE
            for text, mask in zip(sys.argv[1::2], sys.argv[2::2]):
                code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=int(mask), border=0)
                code.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
                code.make(fit=True)
                print("".join("1" if dark else "0" for row in code.modules for dark in row))
            """
        let run = try await FinishedCommand.python(
            ["-c", script] + zip(texts, codes).flatMap { [$0, "\($1.mask)"] })
        #expect(run.status == 0, "\(run.errors)")
        let drawn = codes.map { $0.modules.joined().map { $0 ? "1" : "0" }.joined() }
        #expect(drawn == run.output.split(separator: "\n").map(String.init))
        #expect(Set(codes.map(\.version)) == Set(1...10))
    }

    @Test func `there is none of what is too long`() {
        #expect(QRCode(String(repeating: "x", count: 213)) != nil)
        #expect(QRCode(String(repeating: "x", count: 214)) == nil)
    }

    @Test func `a picture holds the quiet zone, and no mark that would end an attribute`() throws {
        let picture = try #require(QRCode("otpauth://totp/x")).dataURI
        #expect(picture.hasPrefix("data:image/svg+xml;base64,"))
        #expect(!picture.contains { "\"'<>& ".contains($0) })
    }
}
