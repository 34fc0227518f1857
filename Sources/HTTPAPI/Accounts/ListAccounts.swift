import HTTPServing
import Model
import Organizations
import Persistence

/// `GET /api/v1/accounts`: the customers of the operator, oldest first.
struct ListAccounts: Endpoint {
    static let route = Route(.get, "/api/v1/accounts", "listAccounts", .operatorWith(.accountsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let page = try call.page()
        let listing = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.accounts.list(page: page, as: actor, tx: tx)
        }
        return .ok { $0.listing(listing, of: call.list) { $1.write(to: &$0, api.product) } }
    }
}
