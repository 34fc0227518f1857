import Events
import HTTPServing
import Model
import Persistence

/// `GET /api/v1/accounts/{account_id}/audit-log/entries`: a copy of the log, or of a part of it, with what proves each entry.
struct ExportAuditLog: Endpoint {
    static let route = Route(
        .get, "/api/v1/accounts/{account_id}/audit-log/entries", "exportAuditLog", .permission(.auditEventsRead))
    let api: ManagementAPI

    func respond(to call: Call) async throws -> Reply {
        let account = try call.organization("account_id")
        let (start, size) = (try call.query.number("start") ?? 0, try call.query.number("size"))
        let limit = try call.query.number("limit") ?? ProvableLog.longestExport
        guard (1...ProvableLog.longestExport).contains(limit) else {
            throw ProblemDocument.badParameter(
                "limit", "must be a whole number from 1 to \(ProvableLog.longestExport).")
        }
        let part = try await api.store.read(as: call.actor) { [api, actor = call.actor] tx in
            try api.provableLog.export(from: start, limit: limit, atSize: size, of: account, as: actor, tx: tx)
        }
        let path = Self.route.path.replacing("{account_id}", with: "\(account)")
        let next = part.next.map { "\(path)?start=\($0)&limit=\(limit)&size=\(part.size)" }
        return .text(part.lines, next: next)
    }
}
