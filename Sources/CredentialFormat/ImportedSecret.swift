/// A key that was made elsewhere, of which a hash alone is known. What is kept of it is a digest of that hash under a pepper, from the
/// import on: so a stolen database allows no guess at it either.
package enum ImportedSecret {
    /// The bytes of SHA-256.
    package static let hashLength = 32

    /// What is kept of a key with that hash (SHA-256, without any key of its own).
    package static func digest(ofHash hash: [UInt8], under pepper: Pepper) -> SecretDigest {
        pepper.digest(of: matter(ofHash: hash))
    }

    /// Begins as no secret of ours does, so that none has the digest of an imported one.
    static func matter(ofHash hash: [UInt8]) -> [UInt8] { Array("imported sha-256: ".utf8) + hash }
}
