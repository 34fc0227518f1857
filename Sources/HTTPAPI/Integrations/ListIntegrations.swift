import Credentials
import HTTPServing
import Model
import Persistence

/// `GET …/integrations`: the integrations of an organization, and on request of those below it.
struct ListIntegrations: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/integrations", "listIntegrations",
        .permission(.integrationsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let descendants = try call.query.includesDescendants()
        let filter = try call.query.credentialFilter(of: .integration, at: api.now())
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.integrations.list(
                in: organization, includeDescendants: descendants, filter, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
