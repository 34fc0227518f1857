import CredentialFormat
import HTTPServing
import Model
import Persistence
import SignIn

/// `GET …/members/{member_id}/sessions`: where a member is signed in, newest first.
struct ListMemberSessions: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/members/{member_id}/sessions", "listMemberSessions",
        .permission(.membersRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let sessions = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.sessions.list(of: id, in: organization, as: actor, tx: tx)
        }
        return .ok { $0.listing(Listing(items: sessions, next: nil), of: call.list) { $1.write(to: &$0) } }
    }
}
