import CredentialFormat
import Credentials
import Model
import Persistence

/// `DELETE /api/v1/resource-servers/{resource_server_id}`: 204.
struct DeleteResourceServer: Endpoint {
    static let route = Route(
        .delete, "/api/v1/resource-servers/{resource_server_id}", "deleteResourceServer",
        .operatorWith(.resourceServersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id: ID<ResourceServer> = try call.id("resource_server_id")
        let revision = try call.expectedRevision()
        let force = try call.query.force()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.resourceServers.delete(id, expecting: revision, force: force, as: actor, tx: tx)
        }
        return .noContent
    }
}
