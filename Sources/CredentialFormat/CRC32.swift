/// The checksum of credential texts: CRC-32 as in ISO 3309, the one of gzip and zip.
///
/// It is no protection against forgery. It lets a typing error, a cut-off paste or random garbage be refused without a
/// look-up, and lets secret scanners tell a credential of ours from a lookalike.
package enum CRC32 {
    /// Four tables of 256 behind one another; the `n`-th is for a byte with `n` more behind it (slicing by four).
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for index in UInt32(0)..<256 {
            var value = index
            for _ in 0..<8 {
                let half = value >> 1
                value = value & 1 == 1 ? 0xEDB8_8320 ^ half : half
            }
            tables.append(value)
        }
        for index in 0..<768 {
            let before = tables[index]
            tables.append(tables[Int(before & 255)] ^ (before >> 8))
        }
        return tables
    }()

    /// The checksum of `bytes`.
    package static func checksum(of bytes: some Collection<UInt8>) -> UInt32 {
        checksum(of: Array(bytes)[...])
    }

    /// The checksum of `bytes`.
    package static func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { bytes in tables.withUnsafeBufferPointer { checksum(of: bytes, by: $0) } }
    }

    private static func checksum(
        of bytes: UnsafeBufferPointer<UInt8>, by tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        var value = ~UInt32(0)
        var index = 0
        while bytes.count - index >= 4 {
            let first = value ^ UInt32(bytes[index])
            let second = value >> 8 ^ UInt32(bytes[index + 1])
            let third = value >> 16 ^ UInt32(bytes[index + 2])
            let fourth = value >> 24 ^ UInt32(bytes[index + 3])
            value = tables[768 + Int(first & 255)] ^ tables[512 + Int(second & 255)]
            value ^= tables[256 + Int(third & 255)] ^ tables[Int(fourth & 255)]
            index += 4
        }
        while index < bytes.count {
            value = tables[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])] ^ (value >> 8)
            index += 1
        }
        return ~value
    }
}
