import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `POST …/integrations/{integration_id}/tokens`: 201 with an access token made by hand. It is in the audit log before
/// it exists, with the contact for whom it acts, if for one.
struct IssueIntegrationToken: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/integrations/{integration_id}/tokens", "issueIntegrationToken",
        .permission(.integrationsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<Integration> = try call.id("integration_id")
        let input = try await call.optionalBody().input { fields in
            (scopes: fields.optional("scopes", .texts), contact: fields.optional("contact_id", .text))
        }
        let token = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { asked in
                try api.integrations.recordHandmadeToken(
                    of: id, in: organization, scopes: asked.scopes, contact: asked.contact, as: actor, tx: tx)
            }
        }
        let text = try await api.sealToken(token)
        return .created { json in
            json.member("access_token", text)
            json.member("token_type", "Bearer")
            json.member("expires_in", token.expiresAt.seconds(since: token.issuedAt))
            json.member("scopes", token.scopes)
            json.member("contact_id", token.contact?.description)
        }
    }
}
