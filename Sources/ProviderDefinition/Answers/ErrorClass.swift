/// What an error of a provider means for a connection.
package enum ErrorClass: String, Sendable, CaseIterable {
    /// The provider or the way to it is out of order.
    case retry
    /// Too many calls; the connection is well.
    case rateLimited = "rate_limited"
    /// The access token is dead; a renewal may help, and where it does not, only a new consent does.
    case renewThenReauth = "renew_then_reauth"
    /// Only a new consent helps.
    case reauthRequired = "reauth_required"
    /// The user or an administrator took access away.
    case revoked
    /// The user must do something at the provider first.
    case userAction = "user_action"
    /// A permission is missing or was withdrawn; the token lives.
    case permissionMissing = "permission_missing"
    /// The provider blocks the account or the app for a time.
    case blocked
    /// Our own client or request is wrong: the operator's matter, never the customer's.
    case configError = "config_error"
}
