/// Why a call is refused, and what to answer.
public struct Refusal: Error, Sendable, Hashable {
    /// Why.
    public enum Reason: Sendable, Hashable {
        /// No credential was shown.
        case noCredential
        /// More than one was shown, or none that could be read.
        case malformedRequest
        /// The credential is unknown, ended, revoked, or not for this backend.
        case invalidToken
        /// It lacks one of these scopes.
        case insufficientScope([String])
        /// It may not be used from this address, or nobody knows from which it is used.
        case address
        /// It may not act in the organization that was named.
        case organization
        /// Nothing could be asked.
        case unavailable
    }

    /// Why.
    public let reason: Reason
    /// The `WWW-Authenticate` field (RFC 6750 §3), nil where another credential would not help.
    public let challenge: String?
    /// The `Retry-After` field in seconds, where it helps to come again.
    public let retryAfter: Int?

    /// The status of the answer.
    public var status: Int {
        switch reason {
        case .noCredential, .invalidToken: 401
        case .malformedRequest: 400
        case .insufficientScope, .address, .organization: 403
        case .unavailable: 503
        }
    }

    /// The error of RFC 6750 §3.1, nil where it has no word for it.
    public var error: String? { reason.error }

    init(_ reason: Reason, realm: String, wanting scopes: [String] = [], retryAfter: Int? = nil) {
        self.reason = reason
        self.retryAfter = retryAfter
        switch reason {
        case .noCredential, .malformedRequest, .invalidToken, .insufficientScope:
            var challenge = "Bearer realm=\"\(Self.quotable(realm))\""
            if let error = reason.error { challenge += ", error=\"\(error)\"" }
            if !scopes.isEmpty { challenge += ", scope=\"\(Self.quotable(scopes.joined(separator: " ")))\"" }
            self.challenge = challenge
        case .address, .organization, .unavailable: challenge = nil
        }
    }

    /// What a `quoted-string` can carry (RFC 9110 §5.6.4).
    private static func quotable(_ text: String) -> String {
        String(decoding: text.utf8.filter { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }, as: UTF8.self)
    }
}

extension Refusal.Reason {
    fileprivate var error: String? {
        switch self {
        case .malformedRequest: "invalid_request"
        case .invalidToken: "invalid_token"
        case .insufficientScope: "insufficient_scope"
        case .noCredential, .address, .organization, .unavailable: nil
        }
    }
}
