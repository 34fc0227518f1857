import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `POST …/webhooks/{webhook_id}/test`: 201 with a delivery of an event that says nothing.
struct TestWebhook: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}/test", "testWebhook",
        .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let body = try await call.optionalBody()
        try body.read { _ in }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let delivery = try api.webhooks.test(id, in: organization, as: actor, tx: tx)
            return .created { delivery.write(to: &$0) }
        }
    }
}
