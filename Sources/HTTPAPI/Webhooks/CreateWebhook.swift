import CredentialFormat
import Credentials
import Events
import HTTPServing
import Model
import Notices
import Persistence
import ProductDefinition
import Tokens

/// `POST …/webhooks`: 201 with an endpoint and its secret, this once.
struct CreateWebhook: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/webhooks", "createWebhook", .permission(.webhooksManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let input = try body.input { fields in
            WebhookDraft(
                address: fields.required("url", .text), description: fields.optional("description", .text),
                kinds: fields.optional("events", .texts), scheme: fields.optional("signature_scheme", .text),
                header: fields.optional("header", .textMap).map { WebhookHeaderDraft(members: $0) })
        }
        try await api.admitNewWebhook(by: call.actor, in: organization)
        let key = try await api.webhookKey(of: organization, as: call.actor)
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply {
                try api.webhooks.create($0, in: organization, under: key, as: actor, tx: tx)
            }
            let location = "/api/v1/organizations/\(organization)/webhooks/\(issued.endpoint.id)"
            return .created(at: location, revision: issued.endpoint.revision) { issued.write(to: &$0) }
        }
    }
}

extension ManagementAPI {
    /// Refuses whoever may not manage webhooks there, and then what the plan of the account does not have.
    func admitNewWebhook(by actor: Actor, in id: ID<Organization>) async throws {
        try await store.read(as: actor) { [product] tx in
            let organization = try tx.organization(id, where: actor, may: .webhooksManage)
            try tx.terms(of: organization.account, in: product).require(.webhooks)
        }
    }

    /// What seals secrets of endpoints there, for who may make some.
    func webhookKey(of organization: ID<Organization>, as actor: Actor) async throws -> OrganizationKey {
        try await store.read(as: actor) { [webhooks] tx in try webhooks.admit(actor, to: organization, tx: tx) }
        return try await webhooks.vault.key(of: organization)
    }
}
