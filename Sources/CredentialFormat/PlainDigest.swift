import Crypto

/// SHA-256 of a text without any key: what others say of a secret that they do not show. No secret of ours is kept so.
package enum PlainDigest {
    /// The 32 bytes.
    package static func of(_ text: some Sequence<UInt8>) -> [UInt8] {
        Array(SHA256.hash(data: Array(text)))
    }
}
