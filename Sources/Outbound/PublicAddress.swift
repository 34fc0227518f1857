import Glibc
package import NIOCore

/// Which addresses are somebody's on the Internet (RFC 6890 and the registries of IANA for special purposes).
package enum PublicAddress {
    /// Whether an address is public: neither loopback, private, link-local, shared, multicast, documentation nor anything reserved.
    package static func isPublic(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4(let address):
            withUnsafeBytes(of: address.address.sin_addr.s_addr) { isPublic(version4: Array($0)) }
        case .v6(let address):
            withUnsafeBytes(of: address.address.sin6_addr) { isPublic(version6: Array($0)) }
        case .unixDomainSocket: false
        }
    }

    private static let notPublic4: [(bytes: [UInt8], length: Int)] = [
        ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16), ([198, 18, 0, 0], 15), ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4), ([240, 0, 0, 0], 4),
    ]

    private static func isPublic(version4 bytes: [UInt8]) -> Bool {
        !notPublic4.contains { begins(bytes, $0.bytes, $0.length) }
    }

    private static func isPublic(version6 bytes: [UInt8]) -> Bool {
        let isGlobal = begins(bytes, [0x20], 3)
        // What carries an address of version 4 is only as public as that one: mapped, translated and 6to4.
        if begins(bytes, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96)
            || begins(bytes, [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0], 96)
        {
            return isPublic(version4: Array(bytes.suffix(4)))
        }
        if begins(bytes, [0x20, 0x02], 16) { return isPublic(version4: Array(bytes[2..<6])) }
        // Protocol assignments (with Teredo), documentation twice.
        let isSpecial =
            begins(bytes, [0x20, 0x01, 0x00], 23) || begins(bytes, [0x20, 0x01, 0x0D, 0xB8], 32)
            || begins(bytes, [0x3F, 0xFF, 0x00], 20)
        return isGlobal && !isSpecial
    }

    /// Whether the first `length` bits are the same.
    private static func begins(_ bytes: [UInt8], _ prefix: [UInt8], _ length: Int) -> Bool {
        let whole = length / 8
        guard bytes.count > whole, bytes.prefix(whole) == prefix.prefix(whole) else { return false }
        let rest = length % 8
        guard rest > 0, prefix.count > whole else { return rest == 0 }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return bytes[whole] & mask == prefix[whole] & mask
    }
}
