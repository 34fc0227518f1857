import Model
import Organizations
import Persistence

/// `DELETE /api/v1/accounts/{account_id}`: 204, or 409 while its tree holds anything.
struct DeleteAccount: Endpoint {
    static let route = Route(.delete, "/api/v1/accounts/{account_id}", "deleteAccount", .operatorWith(.accountsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id = try call.organization("account_id")
        let revision = try call.expectedRevision()
        try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try api.accounts.delete(id, expecting: revision, as: actor, tx: tx)
        }
        return .noContent
    }
}
