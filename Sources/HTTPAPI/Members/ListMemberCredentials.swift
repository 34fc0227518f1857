import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/members/{member_id}/credentials`: what a member looks after, or did until they left, oldest first.
struct ListMemberCredentials: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/members/{member_id}/credentials", "listMemberCredentials",
        .permission(.membersRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Member> = try call.id("member_id")
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.stewards.list(of: id, in: organization, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}

extension StewardedCredential {
    /// What the API tells of it.
    fileprivate func write(to json: inout JSONWriter) {
        json.member("id", id.description)
        json.member("type", id.kind.rawValue)
        json.member("name", name)
        json.member("organization_id", organization)
        json.member("created_at", createdAt)
        json.member("expires_at", expiresAt)
        json.member("disabled_at", disabledAt)
        json.member("steward_left_at", leftAt)
    }
}
