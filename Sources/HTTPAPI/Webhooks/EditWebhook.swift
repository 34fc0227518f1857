import CredentialFormat
import HTTPServing
import Model
import Notices
import Persistence

/// `PATCH …/webhooks/{webhook_id}`: address, description, events, a header field of its own, and whether anything is sent. What is left out stays as it is.
struct EditWebhook: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/webhooks/{webhook_id}", "editWebhook",
        .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<WebhookEndpoint> = try call.id("webhook_id")
        let revision = try call.expectedRevision()
        let input = try await call.body().input { fields in
            WebhookEdit(
                address: fields.edit("url", .text), description: fields.clearableEdit("description", .text),
                kinds: fields.clearableEdit("events", .texts), isStopped: fields.edit("disabled", .flag),
                header: fields.clearableEdit("header", .textMap).map { $0.map { WebhookHeaderDraft(members: $0) } })
        }
        // Only who gives a value needs what seals it.
        let key =
            input.value.header.flatMap(\.self) == nil ? nil : try await api.webhookKey(of: organization, as: call.actor)
        let endpoint = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply {
                try api.webhooks.edit(
                    id, in: organization, $0, expecting: revision, under: key, as: actor, tx: tx)
            }
        }
        return .ok(revision: endpoint.revision) { endpoint.write(to: &$0) }
    }
}
