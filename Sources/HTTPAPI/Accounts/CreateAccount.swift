import HTTPServing
import Model
import Organizations

/// `POST /api/v1/accounts`: 201 with an account and the root of its tree, which share one identifier.
struct CreateAccount: Endpoint {
    static let route = Route(.post, "/api/v1/accounts", "createAccount", .operatorWith(.accountsManage))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let body = try await call.body()
        let input = try body.input { fields in
            AccountDraft(
                name: fields.required("name", .text), plan: fields.optional("plan", .text),
                timeZone: fields.optional("time_zone", .text))
        }
        return try await api.creating(call, body) { [api, actor = call.actor] tx in
            let account = try input.apply { try api.accounts.create($0, as: actor, tx: tx) }
            return .created(at: "/api/v1/accounts/\(account.id)", revision: account.revision) {
                account.write(to: &$0, api.product)
            }
        }
    }
}
