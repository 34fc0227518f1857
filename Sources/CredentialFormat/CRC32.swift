/// The checksum of credential texts: CRC-32 as in ISO 3309, the one of gzip and zip.
///
/// It is no protection against forgery. It lets a typing error, a cut-off paste or random garbage be refused without a
/// look-up, and lets secret scanners tell a credential of ours from a lookalike.
package enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
        }
    }

    /// The checksum of `bytes`.
    package static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            ~bytes.reduce(~UInt32(0)) { value, byte in
                table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8)
            }
        }
    }
}
