import HTTPServing
import Model
import Organizations
import Persistence

/// `GET /api/v1/accounts/{account_id}`
struct GetAccount: Endpoint {
    static let route = Route(.get, "/api/v1/accounts/{account_id}", "getAccount", .operatorWith(.accountsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let account = try await api.store.read(as: call.actor) {
            [api, id = try call.organization("account_id"), actor = call.actor] tx in
            try api.accounts.get(id, as: actor, tx: tx)
        }
        return .ok(revision: account.revision) { account.write(to: &$0, api.product) }
    }
}
