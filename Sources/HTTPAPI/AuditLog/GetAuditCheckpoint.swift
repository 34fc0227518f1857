import Events
import HTTPServing
import MerkleLog
import Model
import Persistence

/// `GET /api/v1/accounts/{account_id}/audit-log/checkpoint`: how far an account's log has come, as its key signed it.
struct GetAuditCheckpoint: Endpoint {
    static let route = Route(
        .get, "/api/v1/accounts/{account_id}/audit-log/checkpoint", "getAuditCheckpoint",
        .permission(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let account = try call.organization("account_id")
        let state = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.provableLog.state(of: account, as: actor, tx: tx)
        }
        return .text(Array(state.note.written.utf8))
    }
}
