import CredentialFormat
import Events
import Model

/// Something that has to be ended again.
struct Revocation: Codable, Sendable {
    /// What is done to it.
    enum Deed: Codable, Sendable {
        /// Deleted, taken back or revoked for good.
        case end
        /// Disabled, or an account suspended.
        case disable
        /// Another secret in the place of the one in force, which nobody learns. That one goes on until the overlap would have
        /// been over, in milliseconds since 1970.
        case replaceSecret(overlapUntil: Int64?, endsTokens: Bool)
        /// The older of two secrets.
        case endSecret(String)
        /// Nothing is left of these but what is named.
        case narrow(scopes: [String]?, roles: [String]?, permissions: [String]?)
        /// The password, sessions and unused links of a member.
        case forgetPassword
        /// The sessions of a member.
        case endSessions
        /// The unused links of a member, of this purpose: another one took their place.
        case endLinks(purpose: String)
        /// A single access token, of this client.
        case revokeToken(client: String)
        /// Keys of the ring, of this purpose; of the refresh tokens, because of the restore itself.
        case replaceKeys
    }

    let deed: Deed
    let target: String
    /// Whose it is, nil for the operator's own.
    let organization: String?
    /// The action that is repeated.
    let action: String
    /// The event that is repeated.
    let event: String
    /// When that was, in milliseconds since 1970.
    let at: Int64

    init(_ deed: Deed, as change: LostChange, of target: String? = nil) {
        self.deed = deed
        self.target = target ?? change.target
        organization = change.organization?.description
        action = change.action.rawValue
        event = change.id.description
        at = change.at.milliseconds
    }

    /// What no event says: refresh tokens of before the backup were used up since.
    private init(refreshTokensSince time: Instant) {
        deed = .replaceKeys
        target = "refresh"
        organization = nil
        action = AuditAction.keyRingRotated.rawValue
        event = Self.refreshMark
        at = time.milliseconds
    }

    /// Stands for the event where there is none.
    static let refreshMark = "restore"

    static func ofRefreshTokens(since time: Instant) -> Revocation { Revocation(refreshTokensSince: time) }

    /// What the audit event says besides.
    var remarks: [String: String] {
        ["reason": "a restore had put it in force again", "repeats": event]
    }

    /// As a line of an answer.
    var text: String {
        event == Self.refreshMark ? "every refresh token" : "\(action) \(target) (\(event))"
    }
}
