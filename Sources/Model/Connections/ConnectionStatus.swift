/// How a connection is. What may follow what is said here and nowhere else.
///
/// What the operator must put right (a wrong client secret, a quota) is a fault of the ``ProviderAccess`` and no status.
package enum ConnectionStatus: String, Sendable, CaseIterable {
    /// Asked for, and not consented to yet.
    case pending
    /// It works.
    case connected
    /// A renewal failed and is tried again; what there is may still work.
    case degraded
    /// Only a new consent helps.
    case reauthRequired = "reauth_required"
    /// The user or an administrator took access away.
    case revoked
    /// The user must do something at the provider first.
    case userAction = "user_action"
    /// A permission is missing or was withdrawn.
    case permissionMissing = "permission_missing"
    /// The provider blocks the account for a time.
    case blocked
    /// It was tried for so long that nothing is left to try with.
    case exhausted
    /// What is sealed does not open. The provider knows nothing of it.
    case unreadable = "credential_unreadable"
    /// Given back, and what was sealed is destroyed.
    case disconnected

    /// What it may become.
    package var successors: Set<ConnectionStatus> {
        switch self {
        case .pending: [.connected, .disconnected]
        case .connected:
            [
                .degraded, .reauthRequired, .revoked, .userAction, .permissionMissing, .blocked, .unreadable,
                .disconnected,
            ]
        case .degraded:
            [
                .connected, .reauthRequired, .revoked, .userAction, .permissionMissing, .blocked, .exhausted,
                .unreadable, .disconnected,
            ]
        case .userAction, .permissionMissing, .blocked:
            [.connected, .degraded, .reauthRequired, .revoked, .exhausted, .unreadable, .disconnected]
        case .reauthRequired, .exhausted, .unreadable: [.connected, .revoked, .disconnected]
        case .revoked: [.connected, .disconnected]
        case .disconnected: []
        }
    }

    /// Whether it is renewed by itself.
    package var isRenewed: Bool {
        switch self {
        case .connected, .degraded, .userAction, .permissionMissing, .blocked: true
        case .pending, .reauthRequired, .revoked, .exhausted, .unreadable, .disconnected: false
        }
    }
}
