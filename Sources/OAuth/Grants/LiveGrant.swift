import CredentialFormat
import Model
import Persistence

/// A grant that still holds, with the user who gave it and where.
struct LiveGrant: Sendable {
    let grant: Grant
    let member: Member
    let organization: Organization
}

extension Transaction {
    /// The grant with all that it hangs on, nil where any of it is gone or suspended.
    borrowing func liveGrant(_ id: ID<Grant>) throws -> LiveGrant? {
        guard let grant = try grant(id), let member = try member(grant.member),
            let home = try standing(of: member.organization), !home.isSuspended,
            let organization = try organization(grant.organization), organization.path.isWithin(home.path)
        else { return nil }
        return LiveGrant(grant: grant, member: member, organization: organization)
    }
}
