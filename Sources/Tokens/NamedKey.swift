import CredentialFormat

/// The key of the ring that something says it was made with. Nothing is proved by that.
package enum NamedKey: Hashable, Sendable {
    case pepper(version: Int)
    case sealing(version: UInt16)
    case refresh(version: UInt16)
    /// By the header of its JWTs.
    case signing(header: [UInt8])
}

extension KeySet {
    /// Whether there is such a key.
    package func has(_ key: NamedKey) -> Bool {
        switch key {
        case .pepper(let version): peppers.version(version) != nil
        case .sealing(let version): sealing.contains { $0.version == version }
        case .refresh(let version): refresh.contains { $0.version == version }
        case .signing(let header): signing.contains { $0.header == header }
        }
    }
}

extension AccessTokenSeal {
    /// The key that an access token says it was made with, nil for what has not the form of one of ours, sealed or signed.
    package func keyNamed(by text: [UInt8]) -> NamedKey? {
        sealingKeyVersion(of: text).map { .sealing(version: $0) }
            ?? JWTAccessToken.header(of: text).map { .signing(header: $0) }
    }
}
