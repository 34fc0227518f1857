import CredentialFormat
import Crypto
package import Model
import TextForms

/// What changes are called outside: texts that are the same on every node and say nothing to who was not given them.
///
/// Under each master key that a node was given there is another one. Of two nodes that work beside each other while the master key
/// is replaced, at least one key is known to both, so both say at least one text of a change that the other said too.
package struct ChangeFingerprints: Sendable {
    /// How many bytes one has.
    private static let length = 12

    private let keys: [SymmetricKey]

    package init(under masterKeys: MasterKeys) {
        keys = ([masterKeys.newest] + masterKeys.older).map { $0.derived(for: "claviger revocation feed 1") }
    }

    /// The texts of a change, one for each master key; nil for what everything depends on.
    package func texts(of change: Change) -> [String]? {
        let identifier: String
        switch change {
        // An identifier's prefix says of what kind it is.
        case .apiKey(let id): identifier = id.description
        case .integration(let id): identifier = id.description
        case .app(let id): identifier = id.description
        case .resourceServer(let id): identifier = id.description
        case .member(let id): identifier = id.description
        case .contact(let id): identifier = id.description
        case .grant(let id): identifier = id.description
        case .lineage(let id): identifier = id.description
        case .organization(let id): identifier = id.description
        case .revokedToken(let id, _): identifier = id.description
        case .keyRing: return nil
        }
        let bytes = Array(identifier.utf8)
        return keys.map { key in
            Base64URL.text(Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key).prefix(Self.length)))
        }
    }
}
