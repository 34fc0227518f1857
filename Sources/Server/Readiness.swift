import HTTPServing
import Hummingbird
import Persistence
import ProductDefinition

/// `GET /readyz`: whether requests can be answered in full, which needs the database, room for changes, and the feed by
/// which nodes hear of each other's, and whether they should come here at all: not once the server was told to end. The key ring was opened before anything listens.
struct Readiness: Sendable {
    /// How long the database may take. Requests wait longer for one that comes back, but who asks this wants to know
    /// where to send them.
    private static let patience = Duration.seconds(2)

    let store: any Store
    let outages: Outages
    let drain: Drain
    /// The digest of the product definition of this node.
    let definition: String

    func register(on router: some RouterMethods<CallerContext>) {
        router.get(RouterPath(ServedEndpoint.ready.path)) { _, _ in
            guard !drain.isOn else {
                throw ProblemDocument(
                    status: .serviceUnavailable, type: "draining", title: "Draining",
                    detail:
                        "This server is draining: it was told to end, and answers for a while. Send calls to another one.",
                    headers: [.retryAfter: "1"])
            }
            let stored = await read()
            let problems = (stored != nil ? [] : ["The database cannot be read."]) + outages.explanations
            guard problems.isEmpty else {
                throw ProblemDocument(
                    status: .serviceUnavailable, type: "not-ready", title: "Not ready",
                    detail: problems.joined(separator: " "), headers: [.retryAfter: "1"])
            }
            return Response(
                status: .ok, headers: [.contentType: "text/plain"],
                body: .init(byteBuffer: .init(string: "ready\n" + (stored == .same ? "" : Self.warning))))
        }
    }

    private static let warning = """
        warning: the product definition of this node is not the one that another node was started with since

        """

    /// Whether the nodes agree about the product definition.
    private enum Agreement: Sendable {
        case same, differs
    }

    /// Whichever comes first: what the database says, or nil at the end of patience.
    private func read() async -> Agreement? {
        let (answers, answer) = AsyncStream<Agreement?>.makeStream()
        let reading = Task { [store, definition] in
            answer.yield(
                try? await store.read { tx -> Agreement in
                    guard let stored = try tx.installation() else { return .same }
                    return stored.definition == definition ? .same : .differs
                })
        }
        let waiting = Task {
            try? await Task.sleep(for: Self.patience)
            answer.yield(nil)
        }
        defer {
            reading.cancel()
            waiting.cancel()
        }
        return await answers.first { _ in true } ?? nil
    }
}
