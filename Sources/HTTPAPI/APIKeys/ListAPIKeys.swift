import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/api-keys`: the keys of an organization, and on request of those below it. Never a key itself.
struct ListAPIKeys: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/api-keys", "listAPIKeys", .permission(.apiKeysRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let filter = try call.query.credentialFilter(of: .apiKey, at: api.now())
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.apiKeys.list(
                in: organization, includeDescendants: descendants, filter, page: page, as: actor, tx: tx)
        }
        let now = api.now()
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0, at: now) } }
    }
}
