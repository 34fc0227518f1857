import TextForms

/// The address of a host. An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is the IPv4 address that it maps, so one host
/// has one value (threat K1).
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address family.
    package enum Family: UInt8, Sendable {
        /// 32 bits.
        case v4 = 4
        /// 128 bits.
        case v6 = 6

        /// The number of bits of an address.
        package var width: Int { self == .v4 ? 32 : 128 }
    }

    // Two words and no `UInt128`, for the same reason as in an identifier.
    private let high: UInt64
    private let low: UInt64
    /// The family, IPv4 for a mapped address.
    package let family: Family

    /// The bits, those of IPv4 at the lower end.
    package var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// The address with these bits.
    package init(v4 bits: UInt32) {
        self.init(.v4, UInt128(bits))
    }

    /// The address with these bits, IPv4 if they map one.
    package init(v6 bits: UInt128) {
        if bits >> 32 == 0xFFFF {
            self.init(v4: UInt32(truncatingIfNeeded: bits))
        } else {
            self.init(.v6, bits)
        }
    }

    private init(_ family: Family, _ bits: UInt128) {
        self.family = family
        high = UInt64(truncatingIfNeeded: bits >> 64)
        low = UInt64(truncatingIfNeeded: bits)
    }

    /// The address that `text` spells, or nil. Dotted decimal without leading zeros, or RFC 4291 §2.2; no zone, no
    /// brackets, no port, no spaces.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        self.init(bytes: Array(text.utf8)[...])
    }

    /// The address that these characters spell, or nil.
    package init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count <= Self.maximumLength else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6Bits(bytes) else { return nil }
            self.init(v6: bits)
        } else {
            guard let bits = Self.v4Bits(bytes) else { return nil }
            self.init(v4: bits)
        }
    }

    /// Six groups of four and an IPv4 address in dots.
    private static let maximumLength = 45

    private static func v4Bits(_ text: ArraySlice<UInt8>) -> UInt32? {
        var bits: UInt32 = 0
        var octets = 0
        var octet: UInt32?
        for byte in text {
            switch byte {
            case 0x30...0x39 where octet != 0:  // What follows a zero would make it a leading one.
                let value = (octet ?? 0) * 10 + UInt32(byte - 0x30)
                guard value <= 255 else { return nil }
                octet = value
            case UInt8(ascii: "."):
                guard let value = octet, octets < 3 else { return nil }
                bits = bits << 8 | value
                octets += 1
                octet = nil
            default: return nil
            }
        }
        guard let last = octet, octets == 3 else { return nil }
        return bits << 8 | last
    }

    private static func v6Bits(_ text: ArraySlice<UInt8>) -> UInt128? {
        let colon = UInt8(ascii: ":")
        var rest = text
        var bits: UInt128 = 0
        var count = 0  // of groups of 16 bits
        var gap: Int?  // how many of them stand before `::`
        if rest.starts(with: [colon, colon]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: colon) ?? rest.endIndex
            let part = rest[..<end]
            if end == rest.endIndex, part.contains(UInt8(ascii: ".")) {
                guard count <= 6, let v4 = v4Bits(part) else { return nil }
                bits = bits << 32 | UInt128(v4)
                count += 2
            } else {
                guard count < 8, let group = group(part) else { return nil }
                bits = bits << 16 | UInt128(group)
                count += 1
            }
            guard end < rest.endIndex else { break }
            rest = rest[(end + 1)...]
            if rest.first == colon {
                guard gap == nil else { return nil }
                gap = count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        guard let gap else { return count == 8 ? bits : nil }
        // `::` stands for one group of zeros or more.
        guard count < 8 else { return nil }
        let tail = UInt128(16 * (count - gap))
        return (bits >> tail) << UInt128(16 * (8 - gap)) | bits & ~(UInt128.max << tail)
    }

    /// 1 to 4 hexadecimal digits.
    private static func group(_ text: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var group: UInt16 = 0
        for byte in text {
            guard let digit = Hexadecimal.value(of: byte) else { return nil }
            group = group << 4 | UInt16(digit)
        }
        return group
    }

    /// The canonical text: dotted decimal, or RFC 5952 §4.
    package var description: String {
        switch family {
        case .v4: (0..<4).map { String(UInt8(truncatingIfNeeded: bits >> UInt128(24 - $0 * 8))) }.joined(separator: ".")
        case .v6: v6Description
        }
    }

    private var v6Description: String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - $0 * 16)) }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start + 1)
        }
        let text = { (groups: ArraySlice<UInt16>) in groups.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
