/// Text as HTML shows it: with every byte escaped that means something there, wherever it stands (threat P3).
///
/// By bytes: a quotation mark that a combining character follows is another character, and ends an attribute all the same.
package enum HTMLText {
    /// A text that may stand in an element, or in the value of an attribute in quotation marks.
    package static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a text behind others.
    static func append(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices where hasMeaning(bytes[index]) {
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                escaped(bytes[index]).withUTF8Buffer { output.append(contentsOf: $0) }
                start = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
    }

    /// Whether ``escaped(_:)`` is another text. Asked of every byte of every value, so one question for all five.
    private static func hasMeaning(_ byte: UInt8) -> Bool {
        let meaning: UInt64 = 1 << 0x22 | 1 << 0x26 | 1 << 0x27 | 1 << 0x3C | 1 << 0x3E
        return byte < 64 && meaning &>> UInt64(byte) & 1 == 1
    }

    private static func escaped(_ byte: UInt8) -> StaticString {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        default: "&#39;"
        }
    }
}
