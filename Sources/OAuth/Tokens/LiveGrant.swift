import CredentialFormat
import Model
import Persistence

/// A grant that still holds, with the app as it is now, the user who gave it and where.
struct LiveGrant: Sendable {
    let grant: Grant
    let app: App
    let member: Member
    let organization: Organization
    /// Where the app's organization stands.
    let owner: StoredStanding
    /// Where the user's organization stands.
    let home: StoredStanding

    /// The grant, nil where what it hangs on is suspended, or the app is disabled or not for users of this account any more (threats S4,
    /// I6). Whether their plans admit it, ``PlanCheck`` says.
    init?(_ held: HeldGrant) {
        guard held.app.disabling == nil, !held.owner.isSuspended, !held.home.isSuspended,
            held.app.isAvailable(toUsersOf: held.home.path.root, from: held.owner.path.root),
            held.organization.path.isWithin(held.home.path)
        else { return nil }
        grant = held.grant
        app = held.app
        member = held.member
        organization = held.organization
        owner = held.owner
        home = held.home
    }
}

extension HeldGrant {
    /// Refuses a disabled app as its authentication does, also on a node that has not heard of it yet: its tokens are good again once it is
    /// enabled, and `invalid_grant` would have it throw them away.
    func requireEnabledApp() throws(OAuthError) {
        guard app.disabling == nil else { throw .disabledClient }
    }
}

extension OAuthError {
    /// Those who manage the client have it refused.
    static let disabledClient = OAuthError(.unauthorizedClient, "The client is disabled.", rule: "disabled")
}
