import Credentials
import HTTPServing
import Model

/// `POST …/api-keys`: 201 with an API key, this once.
struct CreateAPIKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/api-keys", "createAPIKey", .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let body = try await call.body()
        let input = try body.input { fields in
            APIKeyDraft(
                name: fields.required("name", .text), description: fields.optional("description", .text),
                lifetimeSeconds: fields.optional("lifetime_seconds", .wholeNumber),
                scopes: fields.required("scopes", .texts),
                allowedAddresses: fields.optional("allowed_addresses", .texts),
                callLimit: fields.optional("call_limit", .text))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { try api.apiKeys.create($0, in: organization, as: actor, tx: tx) }
            let key = issued.credential
            let location = "/api/v1/organizations/\(organization)/api-keys/\(key.id)"
            return .created(at: location, revision: key.revision) { json in
                key.write(to: &json, at: api.now())
                json.member("key", issued.secret)
            }
        }
    }
}
