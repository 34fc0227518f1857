import CredentialFormat
import Credentials
import HTTPServing
import Model

/// `POST /api/v1/resource-servers/{resource_server_id}/rotate`: 200 with another client secret, this once.
struct RotateResourceServer: Endpoint {
    static let route = Route(
        .post, "/api/v1/resource-servers/{resource_server_id}/rotate", "rotateResourceServer",
        .operatorWith(.resourceServersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id: ID<ResourceServer> = try call.id("resource_server_id")
        let body = try await call.optionalBody()
        let input = try Rotation.input(body)
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { rotation in
                try api.resourceServers.rotate(
                    id, overlapSeconds: rotation.overlapSeconds, force: rotation.force, as: actor, tx: tx)
            }
            return .ok(revision: issued.credential.revision) { json in
                issued.credential.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
