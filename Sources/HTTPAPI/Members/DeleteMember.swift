import CredentialFormat
import Model
import Organizations
import Persistence

/// `DELETE …/members/{member_id}`: 204.
struct DeleteMember: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/members/{member_id}", "deleteMember",
        .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let revision = try call.expectedRevision()
        let force = try call.query.force()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.members.delete(id, in: organization, expecting: revision, force: force, as: actor, tx: tx)
        }
        return .noContent
    }
}
