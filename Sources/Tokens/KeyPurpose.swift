import Crypto
package import Model

/// What the keys of the ring are for.
package enum KeyPurpose: String, Hashable, Sendable, CaseIterable {
    /// Digests secrets. Older ones are kept for ever: secrets that they digested cannot be digested again.
    case pepper
    /// Seals access tokens.
    case sealing
    /// Seals refresh tokens.
    case refresh
    /// Signs JWTs (P-256).
    case signing
    /// Signs the ID tokens of the apps that want EdDSA (Ed25519).
    case signingEdDSA = "signing-eddsa"
    /// Signs the ID tokens of the apps that want RS256.
    case signingRS256 = "signing-rs256"
    /// Seals the replies that are kept for repeated requests.
    case replies
    /// Seals secrets that must be opened again for as long as they are in use. Older ones are kept for ever.
    case secrets
    /// Seals the client secrets that people may look at again. Older ones are kept for ever.
    case clientSecrets = "client-secrets"
    /// Makes the fingerprints by which what is sealed is found again. Kept for ever: what they were made of is not opened for it.
    case fingerprints
    /// Signs how far audit logs have come (Ed25519). Older ones are kept for ever: what they signed is looked at years later.
    case auditLog = "audit-log"

    /// What signs ID tokens by that algorithm.
    package init(signing algorithm: App.IDTokenAlgorithm) {
        switch algorithm {
        case .es256: self = .signing
        case .edDSA: self = .signingEdDSA
        case .rs256: self = .signingRS256
        }
    }

    /// Those that a rotation replaces: not the pepper, because secrets cannot be digested again and every old pepper makes the
    /// look-up of an unknown secret longer, and not what seals secrets that stay in use.
    package static let rotating: Set<KeyPurpose> = [
        .sealing, .refresh, .signing, .signingEdDSA, .signingRS256, .replies,
    ]

    /// Whether a ring has none until one is asked for (``KeyRing/ensure(_:)``): most installations never need them.
    var isMadeWhenNeeded: Bool {
        switch self {
        case .signingEdDSA, .signingRS256, .clientSecrets, .fingerprints, .auditLog: true
        case .pepper, .sealing, .refresh, .signing, .replies, .secrets: false
        }
    }

    /// Whether others keep copies of the public half for the tokens that it signs.
    package var isPublished: Bool { algorithm != nil }

    /// The algorithm of a purpose that signs.
    var algorithm: App.IDTokenAlgorithm? {
        switch self {
        case .signing: .es256
        case .signingEdDSA: .edDSA
        case .signingRS256: .rs256
        case .pepper, .sealing, .refresh, .replies, .secrets, .clientSecrets, .fingerprints, .auditLog: nil
        }
    }

    /// What the master key seals a version for, so that one never opens in the place of another.
    func context(version: Int) -> String {
        Self.context(rawValue, version: version)
    }

    static func context(_ purpose: String, version: Int) -> String {
        "key_ring/\(purpose)/\(version)"
    }

    /// The bytes of a new key.
    func freshKey() throws -> [UInt8] {
        if let algorithm { return try SigningKeyPair.freshBytes(algorithm) }
        return SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    }

    /// Whether a key of this purpose may have so many bytes. Those of RSA come in DER and differ by a few.
    func mayHave(bytes count: Int) -> Bool {
        self == .signingRS256 ? (1000...1400).contains(count) : count == 32
    }
}
