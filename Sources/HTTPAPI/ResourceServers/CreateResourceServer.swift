import Credentials
import HTTPServing
import Model

/// `POST /api/v1/resource-servers`: 201 with a backend and its client secret, this once.
struct CreateResourceServer: Endpoint {
    static let route = Route(
        .post, "/api/v1/resource-servers", "createResourceServer", .operatorWith(.resourceServersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let body = try await call.body()
        let input = try body.input { fields in
            ResourceServerDraft(name: fields.required("name", .text), audiences: fields.required("audiences", .texts))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let issued = try input.apply { try api.resourceServers.create($0, as: actor, tx: tx) }
            let server = issued.credential
            return .created(at: "/api/v1/resource-servers/\(server.id)", revision: server.revision) { json in
                server.write(to: &json)
                json.clientSecret(of: issued)
            }
        }
    }
}
