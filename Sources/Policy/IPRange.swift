/// A block of addresses, such as `192.0.2.0/24` (RFC 4632, RFC 4291 §2.3).
package struct IPRange: Hashable, Sendable, CustomStringConvertible {
    /// The first address of the block.
    package let base: IPAddress
    /// How many leading bits all its addresses share.
    package let prefixLength: Int

    /// The block of `address` alone.
    package init(only address: IPAddress) {
        self.init(address, address.family.width)
    }

    private init(_ base: IPAddress, _ prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    /// The block that `text` spells, or nil: an address, or an address, `/` and a length without leading zeros. Bits
    /// beyond the length must be zero, because a set one is a slip whose meaning we would have to guess. A block of
    /// IPv4-mapped addresses counts as IPv4 and must not be wider than those are.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        guard parts.count == 2 else {
            self.init(only: address)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != 0x30, var length = Int(parts[1])
        else { return nil }
        if address.family == .v4, first.utf8.contains(UInt8(ascii: ":")) { length -= 96 }
        guard (0...address.family.width).contains(length),
            address.bits & ~Self.mask(length, address.family) == 0
        else { return nil }
        self.init(address, length)
    }

    /// Whether `address` lies in it. An address of the other family never does.
    package func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && address.bits & Self.mask(prefixLength, base.family) == base.bits
    }

    /// The canonical text, without a length for a single address.
    package var description: String {
        prefixLength == base.family.width ? base.description : "\(base)/\(prefixLength)"
    }

    private static func mask(_ length: Int, _ family: IPAddress.Family) -> UInt128 {
        let all = family == .v4 ? UInt128(UInt32.max) : .max
        return length == 0 ? 0 : (all << UInt128(family.width - length)) & all
    }
}
