import CLibPQ
import Persistence

/// The values of `$1` to `$n` in PostgreSQL's binary form, as libpq takes them.
struct BoundParameters {
    private var bytes: [UInt8] = []
    /// Where each value begins in `bytes`, nil for NULL.
    private var places: [Int?] = []
    private var lengths: [Int32] = []

    init(_ values: [StoredValue]) {
        places.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        for value in values {
            let start = bytes.count
            switch value {
            case .null: break
            case .integer(let number): withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
            case .text(let text): bytes += text.utf8
            case .bytes(let value): bytes += value
            }
            places.append(value == .null ? nil : start)
            lengths.append(Int32(clamping: bytes.count - start))
        }
        // So that there is an address even for an empty value.
        bytes.append(0)
    }

    /// Gives `body` the count, the values, their lengths, and their formats, which are all binary.
    func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        let formats = [Int32](repeating: 1, count: places.count)
        return bytes.withUnsafeBytes { raw in
            let start = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values: [UnsafePointer<CChar>?] = places.map { place in place.flatMap { start?.advanced(by: $0) } }
            return body(Int32(places.count), values, lengths, formats)
        }
    }
}

extension StoredValue {
    /// The type as which the server is told to take it.
    var type: Oid {
        switch self {
        case .null: ServerType.unspecified
        case .integer: ServerType.bigint
        case .text: ServerType.text
        case .bytes: ServerType.bytes
        }
    }

    /// The type as a letter, to tell apart statements of one text whose values have other types.
    var typeLetter: Character {
        switch self {
        case .null: "0"
        case .integer: "i"
        case .text: "t"
        case .bytes: "b"
        }
    }
}
