import Credentials
import HTTPServing
import Model
import Persistence

/// `GET /api/v1/resource-servers`: the API backends of the operator, oldest first.
struct ListResourceServers: Endpoint {
    static let route = Route(
        .get, "/api/v1/resource-servers", "listResourceServers", .operatorWith(.resourceServersManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.resourceServers.list(page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0) } }
    }
}
