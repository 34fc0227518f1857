import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `GET …/webhooks/{webhook_id}/deliveries`: what was sent or is to be, newest first.
struct ListWebhookDeliveries: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}/deliveries", "listWebhookDeliveries",
        .permission(.webhooksRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.webhooks.deliveries(to: id, in: organization, page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
