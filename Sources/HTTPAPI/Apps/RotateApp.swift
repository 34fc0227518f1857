import CredentialFormat
import Credentials
import HTTPServing
import Model

/// `POST …/apps/{app_id}/rotate`: 200 with another client secret, this once.
struct RotateApp: Endpoint {
    static let route = Route(
        .post, "/api/v1/organizations/{organization_id}/apps/{app_id}/rotate", "rotateApp",
        .permission(.appsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let organization = try call.organization()
        let id: ID<App> = try call.id("app_id")
        let body = try await call.optionalBody()
        let input = try Rotation.input(body)
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { rotation in
                try api.apps.rotate(
                    id, in: organization, overlapSeconds: rotation.overlapSeconds, force: rotation.force, as: actor,
                    tx: tx)
            }
            return .ok(revision: issued.credential.revision) { json in
                issued.credential.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
