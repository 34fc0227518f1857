import CredentialFormat
import Model

/// What is kept of a password, as it is read.
enum KeptPassword: Sendable {
    /// A keyed digest of an Argon2id output whose salt all members with one e-mail address share:
    /// `keyed$m=19456,t=2,p=1$<version of the pepper>$<43 base62>`.
    case keyed(Argon2id.Cost, SecretDigest)
    /// An Argon2id digest under a salt of its own, in the PHC string format, as they were made before.
    case ownSalt

    private static let scheme = "keyed"

    /// Nil for what is neither.
    init?(_ digest: PasswordDigest) {
        let parts = digest.encoded.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.first == Self.scheme[...] else {
            guard Argon2id.cost(of: digest.encoded) != nil else { return nil }
            self = .ownSalt
            return
        }
        guard parts.count == 4, let cost = Argon2id.Cost(parameters: parts[1]), let version = Int(parts[2]),
            let bytes = Base62.bytes(Array(parts[3].utf8)),
            let keyed = SecretDigest(stored: bytes, pepperVersion: version)
        else { return nil }
        self = .keyed(cost, keyed)
    }

    /// The text of a keyed digest.
    static func text(_ cost: Argon2id.Cost, _ keyed: SecretDigest) -> PasswordDigest {
        var text = Array("\(scheme)$\(cost.parameters)$\(keyed.pepperVersion)$".utf8)
        Base62.append(bytes: keyed.bytes, to: &text)
        return PasswordDigest(encoded: String(decoding: text, as: UTF8.self))
    }
}
