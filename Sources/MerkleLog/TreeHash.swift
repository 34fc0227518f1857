import Crypto

/// The hash of a leaf or of a part of a Merkle tree: SHA-256 (RFC 9162 §2.1.1). What is hashed for a leaf never is what is hashed for a
/// node, so neither passes for the other.
package struct TreeHash: Hashable, Sendable {
    /// Of every hash, in bytes.
    package static let byteCount = SHA256.byteCount

    package let bytes: [UInt8]

    /// The hash that these bytes are, nil unless they are 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    private init(_ digest: SHA256Digest) { bytes = Array(digest) }

    /// Of a leaf with this content: of a byte 0 and the content.
    package static func leaf(_ content: [UInt8]) -> TreeHash {
        var hash = SHA256()
        hash.update(data: [0])
        hash.update(data: content)
        return TreeHash(hash.finalize())
    }

    /// Of the node above two: of a byte 1, the left and the right.
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = SHA256()
        hash.update(data: [1])
        hash.update(data: left.bytes)
        hash.update(data: right.bytes)
        return TreeHash(hash.finalize())
    }

    /// Of a tree without leaves: of nothing.
    package static let empty = TreeHash(SHA256.hash(data: [UInt8]()))
}
