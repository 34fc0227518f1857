import CredentialFormat
import Credentials
import HTTPServing
import Model
import Persistence

/// `PATCH /api/v1/resource-servers/{resource_server_id}`: name and audiences.
struct EditResourceServer: Endpoint {
    static let route = Route(
        .patch, "/api/v1/resource-servers/{resource_server_id}", "editResourceServer",
        .operatorWith(.resourceServersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id: ID<ResourceServer> = try call.id("resource_server_id")
        let revision = try call.expectedRevision()
        let input = try await call.body().input { fields in
            ResourceServerEdit(name: fields.edit("name", .text), audiences: fields.edit("audiences", .texts))
        }
        let server = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { try api.resourceServers.edit(id, $0, expecting: revision, as: actor, tx: tx) }
        }
        return .ok(revision: server.revision, server.write)
    }
}
