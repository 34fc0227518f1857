import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `GET …/webhooks/{webhook_id}`.
struct GetWebhook: Endpoint {
    static let route = Route(
        .get, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}", "getWebhook",
        .permission(.webhooksRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let endpoint = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.webhooks.get(id, in: organization, as: actor, tx: tx)
        }
        return .ok(revision: endpoint.revision) { endpoint.write(to: &$0) }
    }
}
