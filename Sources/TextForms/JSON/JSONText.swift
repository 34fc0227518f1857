/// Strings in JSON as they are written (RFC 8259 §7): what must not stand as it is has one escape, `\"`, `\\`, `\n` or `\u00…`.
package enum JSONText {
    /// Appends a string with its quotation marks.
    package static func append(_ text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { append($0, to: &json) }
        json.append(UInt8(ascii: "\""))
    }

    /// Appends what stands between the quotation marks: at once where nothing in it needs escaping, as is usual.
    package static func append(_ text: UnsafeBufferPointer<UInt8>, to json: inout [UInt8]) {
        if isPlain(UnsafeRawBufferPointer(text)) { return json.append(contentsOf: text) }
        for byte in text {
            if needsEscaping(byte) { appendEscape(of: byte, to: &json) } else { json.append(byte) }
        }
    }

    /// Appends the escape of a byte of ASCII.
    package static func appendEscape(of byte: UInt8, to json: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            json.append(UInt8(ascii: "\\"))
            json.append(byte)
        case 0x0A: json.append(contentsOf: "\\n".utf8)
        default:
            json.append(contentsOf: "\\u00".utf8)
            Hexadecimal.append(byte, to: &json)
        }
    }

    /// Whether nothing in it needs escaping, asked of eight bytes at a time.
    private static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        let whole = text.count & ~7
        for start in stride(from: 0, to: whole, by: 8) {
            let word = text.loadUnaligned(fromByteOffset: start, as: UInt64.self)
            // The highest bit of a byte, or of one behind it, is set where the byte needs escaping.
            let isControl = (word &- 0x2020_2020_2020_2020) & ~word
            let quotes = word ^ 0x2222_2222_2222_2222
            let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let isQuote = (quotes &- 0x0101_0101_0101_0101) & ~quotes
            let isBackslash = (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
            guard (isControl | isQuote | isBackslash) & 0x8080_8080_8080_8080 == 0 else { return false }
        }
        return !text[whole...].contains(where: needsEscaping)
    }

    private static func needsEscaping(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C
    }
}
