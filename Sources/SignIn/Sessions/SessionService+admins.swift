package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence

// Admins see where a member is signed in, and can end it.

extension SessionService {
    /// The sessions of a member, newest first.
    ///
    /// - Throws: ``Refusal``
    package func list(
        of member: ID<Member>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [MemberSession] {
        _ = try find(member, in: organization, where: actor, may: .membersRead, tx: tx)
        let now = now()
        return try tx.memberSessions(of: member, limit: 2 * Self.maximumPerMember).filter { isLive($0, at: now) }
    }

    /// Ends a session of a member. Who has fewer rights than the member cannot (law 11).
    ///
    /// - Throws: ``Refusal``
    package func end(
        _ id: ID<MemberSession>, of member: ID<Member>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let found = try find(member, in: organization, where: actor, may: .membersManage, tx: tx)
        try actor.requiresRights(roles.permissions(of: found))
        guard try tx.delete(id, of: member) else { throw Refusal.notFound }
        try tx.record(
            .sessionEnded, target: id, in: organization, details: ["member": member.description], by: actor,
            at: now())
    }

    private func find(
        _ id: ID<Member>, in organizationID: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> Member {
        let organization = try tx.organization(organizationID, where: actor, may: permission)
        guard let member = try tx.member(id), member.organization == organization.id else { throw Refusal.notFound }
        return member
    }
}
