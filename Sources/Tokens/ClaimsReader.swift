import TextForms

/// Reads what ``ClaimsWriter`` wrote. What is not there is nil or false, never a trap.
struct ClaimsReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Whether this came next; if so it is behind us.
    mutating func skip(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { expected in
            guard rest.starts(with: expected) else { return false }
            rest = rest.dropFirst(expected.count)
            return true
        }
    }

    /// A whole number of at most 18 digits without leading zeros.
    mutating func number() -> Int64? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...18).contains(digits.count), digits.count == 1 || digits.first != 0x30 else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    mutating func text() -> String? {
        guard skip("\"") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64)
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(validating: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escaped() else { return nil }
                bytes.append(escaped)
            case 0..<0x20: return nil
            default: bytes.append(byte)
            }
        }
        return nil
    }

    private mutating func escaped() -> UInt8? {
        switch rest.popFirst() {
        case UInt8(ascii: "\""): return UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "u"):
            // Claims are signed as they were written, so digits in upper case are none of ours.
            guard skip("00"), case let digits = rest.prefix(2), let byte = Hexadecimal.bytes(digits)?.first,
                byte < 0x20, byte != UInt8(ascii: "\n"),
                Hexadecimal.text([byte]).utf8.elementsEqual(digits)
            else { return nil }
            rest = rest.dropFirst(2)
            return byte
        default: return nil
        }
    }
}
