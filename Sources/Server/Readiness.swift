import HTTPServing
import Hummingbird
import Persistence

/// `GET /readyz`: whether requests can be answered in full, which needs the database, room for changes, and the feed by
/// which nodes hear of each other's. The key ring was opened before anything listens.
struct Readiness: Sendable {
    /// How long the database may take. Requests wait longer for one that comes back, but who asks this wants to know
    /// where to send them.
    private static let patience = Duration.seconds(2)

    let store: any Store
    let outages: Outages

    func register(on router: some RouterMethods<CallerContext>) {
        router.get("/readyz") { _, _ in
            let canRead = await canRead()
            let problems = (canRead ? [] : ["The database cannot be read."]) + outages.explanations
            guard problems.isEmpty else {
                throw ProblemDocument(
                    status: .serviceUnavailable, type: "not-ready", title: "Not ready",
                    detail: problems.joined(separator: " "), headers: [.retryAfter: "1"])
            }
            return Response(
                status: .ok, headers: [.contentType: "text/plain"], body: .init(byteBuffer: .init(string: "ready\n")))
        }
    }

    /// Whichever comes first: the database's answer or the end of patience.
    private func canRead() async -> Bool {
        let (answers, answer) = AsyncStream<Bool>.makeStream()
        let reading = Task { [store] in
            answer.yield((try? await store.read { tx in try tx.operatorAccount() == nil }) != nil)
        }
        let waiting = Task {
            try? await Task.sleep(for: Self.patience)
            answer.yield(false)
        }
        defer {
            reading.cancel()
            waiting.cancel()
        }
        return await answers.first { _ in true } ?? false
    }
}
