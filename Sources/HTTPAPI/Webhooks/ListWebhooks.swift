import HTTPServing
import Model
import Notices
import Persistence

/// `GET …/webhooks`: where an organization is told what becomes of its credentials, oldest first.
struct ListWebhooks: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/webhooks", "listWebhooks", .permission(.webhooksRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.webhooks.list(in: organization, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
