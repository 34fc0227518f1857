/// Base64 (RFC 4648 §4), read strictly: there is one text for each value, and what an encoder would not have written is none.
package enum Base64 {
    private static let values = Base64Digits("+/")

    /// The bytes of a text with its padding. Nil for anything else.
    package static func bytes(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return values.decode(UnsafeRawBufferPointer(rebasing: text[..<(text.count - padding)]))
    }

    /// The same of bytes.
    package static func bytes(_ text: [UInt8]) -> [UInt8]? { text.withUnsafeBytes { bytes($0) } }

    /// The text of `bytes`, with its padding.
    package static func text(_ bytes: some RandomAccessCollection<UInt8>) -> String {
        var text: [UInt8] = []
        values.append(Array(bytes), to: &text)
        text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: (3 - bytes.count % 3) % 3))
        return String(decoding: text, as: UTF8.self)
    }
}

/// Base64 with the URL-safe alphabet and without padding (RFC 4648 §5), as JOSE uses it (RFC 7515 §2). Read strictly, too.
package enum Base64URL {
    private static let values = Base64Digits("-_")

    /// Appends the text of `bytes`.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) { values.append(bytes, to: &text) }

    /// The text of `bytes`.
    package static func text(_ bytes: some RandomAccessCollection<UInt8>) -> String {
        var text: [UInt8] = []
        append(Array(bytes), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` encodes, or nil unless it is the one text that ``append(_:to:)`` writes for them.
    package static func bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? { text.withUnsafeBytes { values.decode($0) } }
    /// The same of a whole array.
    package static func bytes(_ text: [UInt8]) -> [UInt8]? { bytes(text[...]) }
}

/// The 64 digits of an alphabet.
private struct Base64Digits {
    let digits: [UInt8]
    /// The values of all bytes, 255 for what is no digit.
    private let values: [UInt8]

    /// - Parameter lastTwo: Those behind letters and numbers.
    init(_ lastTwo: String) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(lastTwo)".utf8)
        self.digits = digits
        values = (UInt8.min...UInt8.max).map { byte in digits.firstIndex(of: byte).map { UInt8($0) } ?? 255 }
    }

    /// Appends the text of `bytes`, without padding.
    func append(_ bytes: [UInt8], to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(0, count: (bytes.count * 4 + 2) / 3))
        text.withUnsafeMutableBufferPointer { text in
            digits.withUnsafeBufferPointer { digits in
                var held: UInt32 = 0
                var bits: UInt32 = 0
                var end = start
                for byte in bytes {
                    held = held << 8 | UInt32(byte)
                    bits += 8
                    while bits >= 6 {
                        bits -= 6
                        text[end] = digits[Int(held >> bits & 63)]
                        end += 1
                    }
                }
                if bits > 0 { text[end] = digits[Int(held << (6 - bits) & 63)] }
            }
        }
    }

    /// The bytes of a text without padding. Nothing may be in the bits that are left over.
    func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        let rest = text.count % 4
        guard rest != 1 else { return nil }
        let length = text.count / 4 * 3 + (rest * 3) / 4
        return values.withUnsafeBufferPointer { values in
            var seen: UInt8 = 0
            var leftOver: UInt32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
                for start in stride(from: 0, to: text.count, by: 4) {
                    let end = min(start + 4, text.count)
                    var group: UInt32 = 0
                    for index in start..<end {
                        let value = values[Int(text[index])]
                        seen |= value
                        group = group << 6 | UInt32(value & 63)
                    }
                    group <<= UInt32(6 * (4 - (end - start)))
                    let whole = min(3, length - count)
                    for index in 0..<whole {
                        bytes[count + index] = UInt8(truncatingIfNeeded: group >> UInt32(16 - index * 8))
                    }
                    count += whole
                    leftOver = group & (1 << UInt32(24 - 8 * whole) - 1)
                }
            }
            // Values have six bits, what is none has eight.
            return seen < 64 && leftOver == 0 ? bytes : nil
        }
    }
}
