import Crypto
import Tokens

/// What memory knows a presented credential by: SHA-256 under a key that this process drew at start and never tells.
///
/// Cheaper than the keyed digests at rest, the same whatever pepper those are under, and worthless outside the process:
/// memory holds neither a secret nor anything that a stolen database could be compared with.
package struct Fingerprint: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    private static let keyed: SHA256 = {
        var hash = SHA256()
        let key = SymmetricKey(size: .init(bitCount: 512))
        key.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash
    }()

    /// The fingerprint of a text.
    package init(of text: String) {
        var text = text
        self = text.withUTF8 { Fingerprint(of: UnsafeRawBufferPointer($0)) }
    }

    /// The fingerprint of some bytes.
    package init(of bytes: UnsafeRawBufferPointer) {
        var hash = Self.keyed
        hash.update(bufferPointer: bytes)
        (first, second, third, fourth) = hash.finalize().withUnsafeBytes { digest in
            (
                digest.loadUnaligned(as: UInt64.self),
                digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                digest.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
                digest.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
            )
        }
    }

    /// The fingerprint of a key that something names. No credential has the text that this is of.
    init(of key: NamedKey) {
        self.init(of: "\(key)")
    }

    /// Its place in an index: 32 bits of the digest, which needs no further mixing.
    var indexHash: UInt32 { UInt32(truncatingIfNeeded: first) }

    /// Which of so many shards it belongs to, by other bits than those of ``indexHash``.
    func shard(of count: Int) -> Int { Int(truncatingIfNeeded: second % UInt64(truncatingIfNeeded: count)) }

    /// A digest needs no further mixing than its own first word.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(first)
    }
}
