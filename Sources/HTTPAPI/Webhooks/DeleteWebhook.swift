import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `DELETE …/webhooks/{webhook_id}`: 204. What was on its way is not sent.
struct DeleteWebhook: Endpoint {
    static let route = Route(
        .delete, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}", "deleteWebhook",
        .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.webhooks.delete(id, in: organization, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
