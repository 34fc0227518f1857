import CredentialFormat
import HTTPServing
import Model
import SignIn

/// `POST …/members/{member_id}/password-reset`: 201; a link by which a member sets another password is on its way, or in
/// the reply where no mail goes out.
struct ResetMemberPassword: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/members/{member_id}/password-reset", "resetMemberPassword",
        .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        try await call.optionalBody().read { _ in }
        let sent = try await api.links.resetPassword(of: id, in: organization, as: call.actor)
        return .created(sent.write)
    }
}
