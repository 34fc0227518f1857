import Events
import HTTPServing
import MerkleLog
import Model
import Persistence
import TextForms

/// `GET /api/v1/accounts/{account_id}/audit-log/consistency-proof`: what proves that the log begins as it did earlier.
struct GetConsistencyProof: Endpoint {
    static let route = Route(
        .get, "/api/v1/accounts/{account_id}/audit-log/consistency-proof", "getConsistencyProof",
        .permission(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let account = try call.organization("account_id")
        guard let earlier = try call.query.number("from") else {
            throw ProblemDocument.badParameter("from", "must be given.")
        }
        let later = try call.query.number("to")
        let shown = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.provableLog.consistency(from: earlier, to: later, in: account, as: actor, tx: tx)
        }
        return .ok { json in
            json.member("from", earlier)
            json.member("to", shown.size)
            json.member("proof", shown.proof.map { Base64.text($0.bytes) })
        }
    }
}
