import Credentials
import HTTPServing
import Model

/// `POST …/integrations`: 201 with an integration and its client secret, this once.
struct CreateIntegration: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations", "createIntegration",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let input = try body.input { fields in
            IntegrationDraft(
                label: fields.required("label", .text), scopes: fields.optional("scopes", .texts),
                allowedAddresses: fields.clearableEdit("allowed_addresses", .texts),
                accessTokenSeconds: fields.optional("access_token_seconds", .wholeNumber),
                tokenFormat: fields.optional("token_format", .text),
                callLimit: fields.optional("call_limit", .text))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { try api.integrations.create($0, in: organization, as: actor, tx: tx) }
            let integration = issued.credential
            let location = "/api/v1/organizations/\(organization)/integrations/\(integration.id)"
            return .created(at: location, revision: integration.revision) { json in
                integration.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
