import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `POST …/webhooks/{webhook_id}/recover`: 200 with how many events are sent that the endpoint has not taken since a time.
struct RecoverWebhook: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}/recover", "recoverWebhook",
        .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let body = try await call.body()
        let input = try body.input { $0.required("since", .time) }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let found = try input.apply {
                try api.webhooks.recover(id, in: organization, since: $0, as: actor, tx: tx)
            }
            return .ok { json in
                json.member("deliveries", found.count)
                json.member("has_more", found.hasMore)
            }
        }
    }
}
