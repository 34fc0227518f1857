import CredentialFormat
import HTTPServing
import Model
import SignIn

/// `POST …/members/{member_id}/invitation`: 201; a link by which a member sets their first password is on its way, or in the
/// reply where no mail goes out.
struct InviteMember: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/members/{member_id}/invitation", "inviteMember",
        .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        try await call.optionalBody().read { _ in }
        let sent = try await api.links.invite(id, in: organization, as: call.actor)
        return .created(sent.write)
    }
}
