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
}

extension Transaction {
    /// The grant with all that it hangs on, nil where any of it is gone or suspended, or the app is not for users of this
    /// account any more (threats S4, I6). Whether their plans admit it, ``PlanCheck`` says.
    borrowing func liveGrant(_ id: ID<Grant>) throws -> LiveGrant? {
        guard let grant = try grant(id), let app = try app(grant.app), let owner = try standing(of: app.organization),
            !owner.isSuspended, let member = try member(grant.member),
            let home = try standing(of: member.organization), !home.isSuspended,
            app.isAvailable(toUsersOf: home.path.root, from: owner.path.root),
            let organization = try organization(grant.organization), organization.path.isWithin(home.path)
        else { return nil }
        return LiveGrant(grant: grant, app: app, member: member, organization: organization, owner: owner, home: home)
    }
}
