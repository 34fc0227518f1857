import CredentialFormat
import Credentials
import HTTPServing
import Model

/// `POST …/api-keys/{key_id}/rotate`: 200 with another secret for the same key, this once.
struct RotateAPIKey: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/api-keys/{key_id}/rotate", "rotateAPIKey",
        .permission(.apiKeysManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<APIKey> = try call.id("key_id")
        let body = try await call.optionalBody()
        let input = try body.input { fields in
            (Rotation(&fields), fields.optional("lifetime_seconds", .wholeNumber))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { rotation, lifetime in
                try api.apiKeys.rotate(
                    id, in: organization, overlapSeconds: rotation.overlapSeconds, lifetimeSeconds: lifetime,
                    force: rotation.force, as: actor, tx: tx)
            }
            return .ok(revision: issued.credential.revision) { json in
                issued.credential.write(to: &json, at: api.now())
                json.member("key", issued.secret)
            }
        }
    }
}
