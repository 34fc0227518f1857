import CredentialFormat
import HTTPServing
import Model
import Organizations
import Persistence

/// `GET …/members/{member_id}`
struct GetMember: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/members/{member_id}", "getMember", .permission(.membersRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let member = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.members.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: member.revision, member.write)
    }
}
