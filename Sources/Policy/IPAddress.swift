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

    /// The family, IPv4 for a mapped address.
    package let family: Family
    /// The bits, those of IPv4 at the lower end.
    package let bits: UInt128

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
        self.bits = bits
    }

    /// The address that `text` spells, or nil. Dotted decimal without leading zeros, or RFC 4291 §2.2; no zone, no
    /// brackets, no port, no spaces.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let bits = Self.v6Bits(text) else { return nil }
            self.init(v6: bits)
        } else {
            guard let bits = Self.v4Bits(text) else { return nil }
            self.init(v4: bits)
        }
    }

    private static func v4Bits(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            let digits = part.utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
                digits.count == 1 || digits.first != 0x30, let octet = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        return bits
    }

    private static func v6Bits(_ text: some StringProtocol) -> UInt128? {
        let halves = text.components(separatedByDoubleColon: ())
        guard let halves, let head = groups(halves.head, endsTheAddress: halves.tail == nil) else { return nil }
        guard let tailText = halves.tail else {
            return head.count == 8 ? join(head) : nil
        }
        guard let tail = groups(tailText, endsTheAddress: true), head.count + tail.count <= 7 else { return nil }
        return join(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func join(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The 16-bit groups of one side of `::`. The very last may be an IPv4 address in dots, which makes two.
    private static func groups(_ text: String, endsTheAddress: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var result: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, endsTheAddress, part.utf8.contains(UInt8(ascii: ".")) {
                guard let v4 = v4Bits(part) else { return nil }
                result.append(UInt16(v4 >> 16))
                result.append(UInt16(truncatingIfNeeded: v4))
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                result.append(group)
            }
        }
        return result.count <= 8 ? result : nil
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
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

extension StringProtocol {
    /// What stands before and after the one `::`; no tail where there is none, nil where there are two.
    fileprivate func components(separatedByDoubleColon: Void) -> (head: String, tail: String?)? {
        guard let range = firstRange(of: "::") else { return (String(self), nil) }
        let tail = self[range.upperBound...]
        guard tail.firstRange(of: "::") == nil, !tail.hasPrefix(":") else { return nil }
        return (String(self[..<range.lowerBound]), String(tail))
    }

    private func firstRange(of word: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
            start = index(after: start)
        }
        return nil
    }
}
