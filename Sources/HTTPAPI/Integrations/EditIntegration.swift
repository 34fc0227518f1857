import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `PATCH …/integrations/{integration_id}`: what is left out stays as it is.
struct EditIntegration: Endpoint {
    static let route = Route(
        .patch, "/api/v1/organizations/{organization_id}/integrations/{integration_id}", "editIntegration",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let revision = try call.expectedRevision()
        let input = try await call.body().input { fields in
            IntegrationEdit(
                label: fields.edit("label", .text), scopes: fields.edit("scopes", .texts),
                allowedAddresses: fields.clearableEdit("allowed_addresses", .texts),
                accessTokenSeconds: fields.clearableEdit("access_token_seconds", .wholeNumber),
                tokenFormat: fields.edit("token_format", .text),
                callLimit: fields.clearableEdit("call_limit", .text))
        }
        let integration = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply {
                try api.integrations.edit(id, in: organization, $0, expecting: revision, as: actor, tx: tx)
            }
        }
        return .ok(revision: integration.revision, integration.write)
    }
}
