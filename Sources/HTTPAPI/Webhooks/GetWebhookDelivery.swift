import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `GET …/webhooks/{webhook_id}/deliveries/{delivery_id}`: with what is sent and what was answered.
struct GetWebhookDelivery: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}/deliveries/{delivery_id}",
        "getWebhookDelivery",
        .permission(.webhooksRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let delivery: ID<WebhookDelivery> = try call.id("delivery_id")
        let described = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.webhooks.delivery(delivery, to: id, in: organization, as: actor, tx: tx)
        }
        return .ok { described.write(to: &$0) }
    }
}
