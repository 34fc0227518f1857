/// Who calls, once the desk has said so.
package struct Caller: Sendable {
    /// For which organization. It sees what belongs to it and to those below.
    package let organization: OrganizationPath
    /// What it may do.
    package let scopes: Set<String>
    /// The identifier of its credential, which is no secret.
    package let credential: String

    package init(organization: OrganizationPath, scopes: Set<String>, credential: String) {
        self.organization = organization
        self.scopes = scopes
        self.credential = credential
    }
}

/// What comes of a credential that was shown.
package enum CallerVerdict: Sendable {
    case caller(Caller)
    /// It is not good for this: 401, 403 or 429, with what the desk says about it.
    case refused(CallerRefusal)
    /// Nobody could tell. Then nobody gets through.
    case unknown
}

/// What the desk says with a refusal.
package struct CallerRefusal: Sendable {
    /// 401, 403 or 429.
    package let status: Int
    /// `WWW-Authenticate`
    package let challenge: String?
    /// ``reason`` of a credential whose time is over, where that is known.
    package static let expired = "expired"

    /// Which rule it was, such as `address`.
    package let reason: String?
    /// `Retry-After`
    package let retryAfter: String?

    package init(status: Int, challenge: String? = nil, reason: String? = nil, retryAfter: String? = nil) {
        self.status = status
        self.challenge = challenge
        self.reason = reason
        self.retryAfter = retryAfter
    }
}

/// Judges credentials. ``LibraryVerifier`` remembers what it has learned and forgets in time; ``DeskVerifier`` asks the desk about each
/// call.
///
/// One that is a service, too, runs beside the server.
package protocol CallerVerifier: Sendable {
    /// - Parameters:
    ///   - credential: What stood behind `Bearer`.
    ///   - address: From where the call came, as far as that is known.
    func verdict(on credential: String, from address: String?) async -> CallerVerdict
}
