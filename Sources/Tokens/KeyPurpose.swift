import Crypto

/// What the keys of the ring are for.
package enum KeyPurpose: String, Hashable, Sendable, CaseIterable {
    /// Digests secrets. Older ones are kept for ever: secrets that they digested cannot be digested again.
    case pepper
    /// Seals access tokens.
    case sealing
    /// Signs JWTs (P-256).
    case signing
    /// Seals the replies that are kept for repeated requests.
    case replies
    /// Seals secrets that must be opened again for as long as they are in use. Older ones are kept for ever.
    case secrets

    /// What the master key seals a version for, so that one never opens in the place of another.
    func context(version: Int) -> String {
        "key_ring/\(rawValue)/\(version)"
    }

    /// The 32 bytes of a new key.
    func freshKey() -> [UInt8] {
        switch self {
        case .signing: SigningKey.freshBytes()
        case .pepper, .sealing, .replies, .secrets: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        }
    }
}
