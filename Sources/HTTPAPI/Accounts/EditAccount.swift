import HTTPServing
import Model
import Organizations
import Persistence

/// `PATCH /api/v1/accounts/{account_id}`: name, plan, time zone and whether it is suspended.
struct EditAccount: Endpoint {
    static let route = Route(.patch, "/api/v1/accounts/{account_id}", "editAccount", .operatorWith(.accountsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let id = try call.organization("account_id")
        let revision = try call.expectedRevision()
        let input = try await call.body().input { fields in
            AccountEdit(
                name: fields.edit("name", .text), plan: fields.clearableEdit("plan", .text),
                suspended: fields.edit("suspended", .flag), timeZone: fields.clearableEdit("time_zone", .text))
        }
        let account = try await api.store.write(as: call.actor) { [api, actor = call.actor] tx in
            try input.apply { try api.accounts.edit(id, $0, expecting: revision, as: actor, tx: tx) }
        }
        return .ok(revision: account.revision) { account.write(to: &$0, api.product) }
    }
}
