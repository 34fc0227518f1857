package import CredentialFormat
import Crypto
import Model

/// The keys in force, as one immutable snapshot: what to make with (the newest) and what to accept (those before it
/// too, until they retire).
package final class KeySet: Sendable {
    /// Digest secrets.
    package let peppers: Peppers
    /// The public halves of all signing keys, newest first, as a JWK set (RFC 7517 §5), ready to be sent.
    package let jwks: [UInt8]

    /// Newest first. Never empty.
    let sealing: [SealingKey]
    /// Newest first. Never empty.
    let refresh: [SealingKey]
    /// Sign JWT access tokens, and ID tokens by ES256. Newest first. Never empty.
    let signing: [SigningKey]
    /// Sign ID tokens by other algorithms. Newest first of each; none until one is needed.
    private let otherSigning: [SigningKey]
    /// Newest first. Never empty.
    private let replies: [SealingKey]

    init(
        peppers: Peppers, sealing: [SealingKey], refresh: [SealingKey], signing: [SigningKey],
        otherSigning: [SigningKey], replies: [SealingKey]
    ) {
        self.peppers = peppers
        self.sealing = sealing
        self.refresh = refresh
        self.signing = signing
        self.otherSigning = otherSigning
        self.replies = replies
        jwks = Array("{\"keys\":[\((signing + otherSigning).map(\.jwk).joined(separator: ","))]}".utf8)
    }

    /// All that sign ID tokens, the newest first of each algorithm.
    var idTokenKeys: [SigningKey] { signing + otherSigning }

    /// Seals a reply that may have to be given again. It opens for the same context only, which names the caller and
    /// the request.
    package func sealReply(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        guard let key = replies.first else { throw TokenError.missing(.replies) }
        return Self.bytes(key.version) + (try ContextSeal(key: key.key).seal(plain, for: context))
    }

    /// The reply, or nil if it was changed, is another request's, or its key has retired.
    package func openReply(_ sealed: [UInt8], for context: String) -> [UInt8]? {
        guard sealed.count > 2 else { return nil }
        let version = UInt16(sealed[0]) << 8 | UInt16(sealed[1])
        guard let key = replies.first(where: { $0.version == version }) else { return nil }
        return ContextSeal(key: key.key).open(Array(sealed.dropFirst(2)), for: context)
    }

    /// Two bytes, most significant first.
    static func bytes(_ version: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: version >> 8), UInt8(truncatingIfNeeded: version)]
    }
}
