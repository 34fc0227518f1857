import Events
import HTTPServing
import MerkleLog
import Model
import Persistence
import TextForms

/// `GET /api/v1/accounts/{account_id}/audit-log`: how far an account's log has come, and by which keys that is checked.
struct GetAuditLog: Endpoint {
    static let route = Route(
        .get, "/api/v1/accounts/{account_id}/audit-log", "getAuditLog", .permission(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let account = try call.organization("account_id")
        let state = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.provableLog.state(of: account, as: actor, tx: tx)
        }
        return .ok { json in
            json.member("origin", state.checkpoint.origin)
            json.member("size", state.checkpoint.size)
            json.member("root_hash", Base64.text(state.checkpoint.root.bytes))
            json.member("checkpoint", state.note.written)
            json.member("keys", state.keys.map(\.text))
        }
    }
}
