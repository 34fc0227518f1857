package import CredentialFormat
import Crypto
import Model

/// The keys in force, as one immutable snapshot: what to make with (the newest) and what to accept (those before it
/// too, until they retire).
package final class KeySet: Sendable {
    /// For how long whoever fetched the key set may use it before fetching it again, in seconds.
    package static let maxAgeSeconds = 300

    /// Digest secrets.
    package let peppers: Peppers
    /// The public halves of all signing keys, newest first, as a JWK set (RFC 7517 §5), ready to be sent. Those that sign audit logs are
    /// a member of its own.
    package let jwks: [UInt8]

    /// Newest first. Never empty.
    let sealing: [SealingKey]
    /// Newest first. Never empty.
    let refresh: [SealingKey]
    /// Sign JWT access tokens, and ID tokens by ES256, each from its time on (``signingKey(_:at:)``). Newest first. Never
    /// empty.
    let signing: [SigningKey]
    /// Sign ID tokens by other algorithms. Newest first of each; none until one is needed.
    private let otherSigning: [SigningKey]
    /// Newest first. Never empty.
    private let replies: [SealingKey]
    /// Newest first. Never empty.
    private let secrets: [SealingKey]
    /// Newest first. None until one is needed.
    private let clientSecrets: [SealingKey]
    /// Newest first. None until one is needed.
    private let fingerprints: [SealingKey]
    /// Sign how far audit logs have come. Newest first. None until one is needed.
    private let auditLog: [LogKey]

    init(
        peppers: Peppers, sealing: [SealingKey], refresh: [SealingKey], signing: [SigningKey],
        otherSigning: [SigningKey], replies: [SealingKey], secrets: [SealingKey],
        clientSecrets: [SealingKey], fingerprints: [SealingKey], auditLog: [LogKey]
    ) {
        self.peppers = peppers
        self.sealing = sealing
        self.refresh = refresh
        self.signing = signing
        self.otherSigning = otherSigning
        self.replies = replies
        self.secrets = secrets
        self.clientSecrets = clientSecrets
        self.fingerprints = fingerprints
        self.auditLog = auditLog
        let (tokenKeys, logKeys) = ((signing + otherSigning).map(\.jwk), auditLog.map(\.jwk))
        // Apart from the others: none of them may pass for a key that signs tokens.
        let others = logKeys.isEmpty ? "" : ",\"audit_log_keys\":[\(logKeys.joined(separator: ","))]"
        jwks = Array("{\"keys\":[\(tokenKeys.joined(separator: ","))]\(others)}".utf8)
    }

    /// The key that signs by an algorithm at a time: the newest of those whose time to be used has come, or else the one
    /// that has been published for the longest. Nil where there is none.
    func signingKey(_ algorithm: App.IDTokenAlgorithm, at time: Instant) -> SigningKey? {
        let keys = algorithm == .es256 ? signing : otherSigning
        return keys.first { $0.algorithm == algorithm && $0.usedFrom <= time }
            ?? keys.last { $0.algorithm == algorithm }
    }

    /// All that sign ID tokens, the newest first of each algorithm.
    var idTokenKeys: [SigningKey] { signing + otherSigning }

    /// Seals a reply that may have to be given again. It opens for the same context only, which names the caller and
    /// the request.
    package func sealForLater(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        guard let key = replies.first else { throw TokenError.missing(.replies) }
        return try Self.seal(plain, for: context, under: key)
    }

    /// Whether the key that a reply says it is sealed under is among these. Nothing is proved by that.
    package func hasKey(ofReply sealed: [UInt8]) -> Bool {
        Self.keyVersion(of: sealed).map { version in replies.contains { $0.version == version } } ?? false
    }

    /// The reply, or nil if it was changed, is another request's, or its key has retired.
    package func openKept(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        Self.open(sealed, for: context, under: replies)
    }

    /// Seals a secret that must be opened again for as long as it is in use. It opens for the same context only, which
    /// names what it is and whose.
    package func sealSecret(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        guard let key = secrets.first else { throw TokenError.missing(.secrets) }
        return try Self.seal(plain, for: context, under: key)
    }

    /// The secret, or nil if it was changed or is another one.
    package func openSecret(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        Self.open(sealed, for: context, under: secrets)
    }

    /// Seals a client secret that people may look at again. It opens for the same context only, which names what it is and
    /// whose.
    package func sealClientSecret(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        guard let key = clientSecrets.first else { throw TokenError.missing(.clientSecrets) }
        return try Self.seal(plain, for: context, under: key)
    }

    /// The client secret, or nil if it was changed or is another one.
    package func openClientSecret(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        Self.open(sealed, for: context, under: clientSecrets)
    }

    /// A keyed fingerprint of texts, by which what is sealed is found again without opening anything: HMAC-SHA-256. Nobody without
    /// the key can try what it may be of.
    ///
    /// - Parameter texts: First what they are, such as `refresh_token`, so that two kinds of things never have the same.
    package func fingerprint(of texts: String...) throws -> [UInt8] {
        guard let key = fingerprints.last else { throw TokenError.missing(.fingerprints) }
        return Array(HMAC<SHA256>.authenticationCode(for: LengthPrefixed.bytes(of: texts), using: key.key))
    }

    /// The public halves of the keys that sign how far audit logs have come, 32 bytes of Ed25519 each, newest first.
    package var auditLogKeys: [[UInt8]] { auditLog.map(\.publicKey) }

    /// Signs how far an audit log has come, with the newest of them.
    ///
    /// - Throws: ``TokenError/missing(_:)`` before there is one.
    package func signAuditLog(_ message: [UInt8]) throws -> [UInt8] {
        guard let key = auditLog.first else { throw TokenError.missing(.auditLog) }
        return try key.signature(for: message)
    }

    /// The key's version, and what is sealed under it.
    private static func seal(_ plain: [UInt8], for context: String, under key: SealingKey) throws -> [UInt8] {
        bytes(key.version) + (try ContextSeal(key: key.key).seal(plain, for: context))
    }

    private static func open(_ sealed: [UInt8], for context: String, under keys: [SealingKey]) -> [UInt8]? {
        guard let version = keyVersion(of: sealed), let key = keys.first(where: { $0.version == version }) else {
            return nil
        }
        return ContextSeal(key: key.key).open(Array(sealed.dropFirst(2)), for: context)
    }

    private static func keyVersion(of sealed: [UInt8]) -> UInt16? {
        sealed.count > 2 ? UInt16(sealed[0]) << 8 | UInt16(sealed[1]) : nil
    }

    /// Two bytes, most significant first.
    static func bytes(_ version: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: version >> 8), UInt8(truncatingIfNeeded: version)]
    }
}
