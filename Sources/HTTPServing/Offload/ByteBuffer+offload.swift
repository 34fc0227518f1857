import NIOCore
import Policy

/// How values are written in HAProxy's Stream Processing Offload Protocol (its SPOE.txt §3.1).
extension ByteBuffer {
    /// The types of values.
    private enum Kind: UInt8 {
        case null
        case boolean
        case int32
        case uint32
        case int64
        case uint64
        case v4
        case v6
        case string
        case binary
    }

    mutating func readOffloadNumber() throws(OffloadFault) -> UInt64 {
        guard let first: UInt8 = readInteger() else { throw .invalidFrame }
        guard first >= 240 else { return UInt64(first) }
        var number = UInt64(first)
        // No number of 64 bits needs more bytes.
        for shift in stride(from: 4, through: 60, by: 7) {
            guard let next: UInt8 = readInteger() else { throw .invalidFrame }
            let part = UInt64(next) << UInt64(shift)
            let (sum, isTooLarge) = number.addingReportingOverflow(part)
            guard !isTooLarge, part >> UInt64(shift) == UInt64(next) else { throw .invalidFrame }
            number = sum
            if next < 128 { return number }
        }
        throw .invalidFrame
    }

    /// As many bytes as the number before them says.
    mutating func readOffloadBytes() throws(OffloadFault) -> ByteBuffer {
        guard let length = Int(exactly: try readOffloadNumber()), let bytes = readSlice(length: length) else {
            throw .invalidFrame
        }
        return bytes
    }

    mutating func readOffloadText() throws(OffloadFault) -> String {
        String(buffer: try readOffloadBytes())
    }

    mutating func readOffloadValue() throws(OffloadFault) -> OffloadValue {
        guard let byte: UInt8 = readInteger(), let kind = Kind(rawValue: byte & 0x0F) else { throw .invalidFrame }
        switch kind {
        case .null: return .null
        case .boolean: return .boolean(byte & 0x10 != 0)
        case .int32, .uint32, .int64, .uint64: return .number(try readOffloadNumber())
        case .v4:
            guard let bits: UInt32 = readInteger() else { throw .invalidFrame }
            return .address(IPAddress(v4: bits))
        case .v6:
            guard let high: UInt64 = readInteger(), let low: UInt64 = readInteger() else { throw .invalidFrame }
            return .address(IPAddress(v6: UInt128(high) << 64 | UInt128(low)))
        case .string: return .text(try readOffloadText())
        case .binary: return .bytes(try readOffloadBytes())
        }
    }

    mutating func writeOffloadNumber(_ number: UInt64) {
        guard number >= 240 else {
            writeInteger(UInt8(number))
            return
        }
        writeInteger(UInt8(truncatingIfNeeded: number) | 0xF0)
        var rest = (number - 240) >> 4
        while rest >= 128 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest = (rest - 128) >> 7
        }
        writeInteger(UInt8(rest))
    }

    /// A text without its type, as names are written.
    mutating func writeOffloadName(_ name: StaticString) {
        writeOffloadNumber(UInt64(name.utf8CodeUnitCount))
        writeStaticString(name)
    }

    mutating func writeOffloadValue(_ text: String) {
        writeInteger(Kind.string.rawValue)
        writeOffloadNumber(UInt64(text.utf8.count))
        writeString(text)
    }

    mutating func writeOffloadValue(_ number: UInt32) {
        writeInteger(Kind.uint32.rawValue)
        writeOffloadNumber(UInt64(number))
    }
}

/// A value that HAProxy sent.
enum OffloadValue {
    case null
    case boolean(Bool)
    case number(UInt64)
    case address(IPAddress)
    case text(String)
    case bytes(ByteBuffer)

    var isNull: Bool { if case .null = self { true } else { false } }
    var isTrue: Bool { if case .boolean(true) = self { true } else { false } }
    var number: UInt64? { if case .number(let number) = self { number } else { nil } }
    var address: IPAddress? { if case .address(let address) = self { address } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var bytes: ByteBuffer? { if case .bytes(let bytes) = self { bytes } else { nil } }
}
