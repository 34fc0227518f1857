import NIOCore
import Policy

/// Which addresses are somebody's on the Internet (RFC 6890, and the registries of IANA for special purposes).
enum PublicAddress {
    /// Whether a connection's other end is public.
    static func isPublic(_ address: SocketAddress) -> Bool {
        address.ipAddress.flatMap { IPAddress($0) }.map(isPublic) ?? false
    }

    /// Whether an address is public: neither loopback, private, link-local, shared, multicast, documentation nor anything reserved.
    static func isPublic(_ address: IPAddress) -> Bool {
        switch address.family {
        case .v4: return !special.contains { $0.contains(address) }
        case .v6:
            // What carries an address of version 4 is only as public as that one: translated (NAT64) and 6to4.
            if translated?.contains(address) == true {
                return isPublic(IPAddress(v4: UInt32(truncatingIfNeeded: address.bits)))
            }
            if sixToFour?.contains(address) == true {
                return isPublic(IPAddress(v4: UInt32(truncatingIfNeeded: address.bits >> 80)))
            }
            return global?.contains(address) == true && !special.contains { $0.contains(address) }
        }
    }

    private static let translated = IPRange("64:ff9b::/96")
    private static let sixToFour = IPRange("2002::/16")
    private static let global = IPRange("2000::/3")

    private static let special = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20",
    ].compactMap { IPRange($0) }
}
