import Crypto
package import Policy

/// Hashes callers' addresses under a key (SipHash-2-4: Aumasson and Bernstein, 2012), so that they are counted alike on every node and
/// what is kept of them says nothing to who has not the key. A word of 64 bits is no proof of anything: it only spreads.
package struct CallerHash: Sendable {
    private let first: UInt64
    private let second: UInt64

    /// The hash that all nodes have whose newest master key is the same.
    package init(under masterKeys: MasterKeys) {
        self.init(masterKeys.newest.derived(for: "claviger usage callers 1"))
    }

    /// The hash of this process alone.
    package init() {
        self.init(SymmetricKey(size: .bits128))
    }

    private init(_ key: SymmetricKey) {
        (first, second) = key.withUnsafeBytes { bytes in
            guard bytes.count >= 16 else { return (0, 0) }
            return (
                UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// - Parameters: The 128 bits of the key, for the known answers.
    init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The hash of an address.
    package func callAsFunction(_ address: IPAddress) -> UInt64 {
        let bits = address.bits
        return hash([
            UInt64(truncatingIfNeeded: bits), UInt64(truncatingIfNeeded: bits >> 64), UInt64(address.family.rawValue),
        ])
    }

    /// The hash of three words of 8 bytes, the first byte of each being the lowest.
    func hash(_ words: InlineArray<3, UInt64>) -> UInt64 {
        var state = State(first, second)
        for place in words.indices { state.take(words[place]) }
        state.take(24 << 56)
        return state.finish()
    }

    private struct State {
        private var a: UInt64
        private var b: UInt64
        private var c: UInt64
        private var d: UInt64

        init(_ first: UInt64, _ second: UInt64) {
            a = first ^ 0x736f_6d65_7073_6575
            b = second ^ 0x646f_7261_6e64_6f6d
            c = first ^ 0x6c79_6765_6e65_7261
            d = second ^ 0x7465_6462_7974_6573
        }

        mutating func take(_ word: UInt64) {
            d ^= word
            round()
            round()
            a ^= word
        }

        mutating func finish() -> UInt64 {
            c ^= 0xFF
            for _ in 0..<4 { round() }
            return a ^ b ^ c ^ d
        }

        private mutating func round() {
            a &+= b
            b = (b << 13 | b >> 51) ^ a
            a = a << 32 | a >> 32
            c &+= d
            d = (d << 16 | d >> 48) ^ c
            a &+= d
            d = (d << 21 | d >> 43) ^ a
            c &+= b
            b = (b << 17 | b >> 47) ^ c
            c = c << 32 | c >> 32
        }
    }
}
