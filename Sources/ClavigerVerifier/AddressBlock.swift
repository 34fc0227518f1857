#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An address of a caller, as 16 bytes: IPv4 as IPv6 has it (RFC 4291 §2.5.5.2), so that the two ways to write one are one.
struct CallerAddress: Hashable {
    let bytes: [UInt8]
    let isV4: Bool

    init?(_ text: String) {
        // A zone says which link an address is of, and is no part of it (RFC 4007 §11).
        let text = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = Self.mapped + withUnsafeBytes(of: &four) { Array($0) }
            isV4 = true
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &six) { Array($0) }
        isV4 = bytes.starts(with: Self.mapped)
    }

    /// As anybody reads it.
    var text: String {
        guard !isV4 else { return bytes[12...].map { String($0) }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }

    private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
}

/// A block of addresses: one address, or those with the same first bits (RFC 4632 §3.1).
struct AddressBlock: Hashable {
    private let base: CallerAddress
    /// How many first bits are the same.
    private let bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = CallerAddress(String(parts[0])) else { return nil }
        let offset = base.isV4 ? 96 : 0
        guard parts.count == 2 else {
            (self.base, bits) = (base, 128)
            return
        }
        guard let length = Int(parts[1]), (0...(128 - offset)).contains(length) else { return nil }
        (self.base, bits) = (base, length + offset)
    }

    func contains(_ address: CallerAddress) -> Bool {
        guard address.isV4 == base.isV4 else { return false }
        let whole = bits / 8
        guard address.bytes.prefix(whole) == base.bytes.prefix(whole) else { return false }
        guard !bits.isMultiple(of: 8) else { return true }
        let mask = ~(UInt8.max >> UInt8(bits % 8))
        return address.bytes[whole] & mask == base.bytes[whole] & mask
    }
}
