import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `POST …/webhooks/{webhook_id}/rotate`: 200 with another secret, this once. The one before signs too for a while.
struct RotateWebhook: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}/rotate", "rotateWebhook",
        .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let body = try await call.optionalBody()
        let input = try body.input { fields in
            (
                overlap: fields.optional("overlap_seconds", .wholeNumber),
                scheme: fields.optional("signature_scheme", .text)
            )
        }
        let key = try await api.webhookKey(of: organization, as: call.actor)
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply {
                try api.webhooks.rotate(
                    id, in: organization, overlapSeconds: $0.overlap, scheme: $0.scheme, under: key, as: actor, tx: tx)
            }
            return .ok(revision: issued.endpoint.revision) { json in
                issued.write(to: &json)
                json.member("previous_secret_expires_at", issued.previousEndsAt)
            }
        }
    }
}
