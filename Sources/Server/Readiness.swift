import HTTPServing
import Hummingbird
import Persistence

/// `GET /readyz`: whether requests can be answered in full, which needs the database. The key ring was opened before
/// anything listens.
struct Readiness: Sendable {
    let store: any Store

    func register(on router: some RouterMethods<CallerContext>) {
        router.get("/readyz") { _, _ in
            do {
                _ = try await store.read { tx in try tx.operatorAccount() == nil }
                return Response(
                    status: .ok, headers: [.contentType: "text/plain"],
                    body: .init(byteBuffer: .init(string: "ready\n")))
            } catch {
                throw ProblemDocument(
                    status: .serviceUnavailable, type: "not-ready", title: "Not ready",
                    detail: "The database cannot be read.", headers: [.retryAfter: "1"])
            }
        }
    }
}
