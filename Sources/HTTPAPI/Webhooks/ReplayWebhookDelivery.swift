import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `POST …/webhooks/{webhook_id}/deliveries/{delivery_id}/replay`: 201 with another delivery of the same event, under its identifier.
struct ReplayWebhookDelivery: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
        "replayWebhookDelivery",
        .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let delivery: ID<WebhookDelivery> = try call.id("delivery_id")
        let body = try await call.optionalBody()
        try body.read { _ in }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let again = try api.webhooks.replay(delivery, to: id, in: organization, as: actor, tx: tx)
            return .created { again.write(to: &$0) }
        }
    }
}
