import CredentialFormat
import Model
import Persistence
import SignIn

/// `DELETE …/members/{member_id}/sessions/{session_id}`: 204; the member is signed out there.
struct EndMemberSession: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/members/{member_id}/sessions/{session_id}",
        "endMemberSession", .permission(.membersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        try call.requireNoTag()
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let session: ID<MemberSession> = try call.id("session_id")
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.sessions.end(session, of: id, in: organization, as: actor, tx: tx)
        }
        return .noContent
    }
}
