import CredentialFormat
import Events
import HTTPServing
import MerkleLog
import Model
import Persistence
import TextForms

/// `GET /api/v1/accounts/{account_id}/audit-log/inclusion-proof`: what proves that an entry is in the log.
struct GetInclusionProof: Endpoint {
    static let route = Route(
        .get, "/api/v1/accounts/{account_id}/audit-log/inclusion-proof", "getInclusionProof",
        .permission(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let account = try call.organization("account_id")
        let (index, size) = (try call.query.number("index"), try call.query.number("size"))
        let event = try call.query.single("event_id").map { text throws(ProblemDocument) in
            guard let id = ID<AuditEvent>(parsing: text) else {
                throw .badParameter("event_id", "must be the identifier of an audit event.")
            }
            return id
        }
        guard (index == nil) != (event == nil) else {
            throw ProblemDocument.badParameter("index", "or event_id must be given, and not both.")
        }
        let shown = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.provableLog.inclusion(of: index, event: event, atSize: size, in: account, as: actor, tx: tx)
        }
        return .ok { json in
            json.member("index", shown.index)
            json.member("size", shown.size)
            json.member("leaf_hash", Base64.text(shown.leaf.bytes))
            json.member("proof", shown.proof.map { Base64.text($0.bytes) })
        }
    }
}
