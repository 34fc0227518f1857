import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `GET /api/v1/resource-servers/{resource_server_id}`
struct GetResourceServer: Endpoint {
    static let route = Route(
        .get, "/api/v1/resource-servers/{resource_server_id}", "getResourceServer",
        .operatorWith(.resourceServersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id: ID<ResourceServer> = try call.id("resource_server_id")
        let server = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.resourceServers.get(id, as: actor, tx: tx)
        }
        return .ok(revision: server.revision, server.write)
    }
}
