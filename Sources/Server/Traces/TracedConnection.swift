import HTTPServing
import Persistence
import Tracing

/// A connection whose statements are told to traces, each by its name and never with its values.
final class TracedConnection: EngineConnection {
    /// How many of one transaction are told at most: those of a traced request must not leave out all others.
    private static let most = 64

    private let connection: any EngineConnection
    private let parent: TraceParent
    private let spans: SpanQueue
    private var count = 0

    /// - Parameter parent: The request that they are for.
    init(_ connection: any EngineConnection, under parent: TraceParent, to spans: SpanQueue) {
        self.connection = connection
        self.parent = parent
        self.spans = spans
    }

    var dialect: Dialect { connection.dialect }

    @discardableResult
    func run(_ statement: BoundSQL, row: (StoredRow) throws -> Void) throws -> Int {
        let begunAt = DefaultTracerClock.now.nanosecondsSinceEpoch
        defer { note(statement.text, since: begunAt) }
        return try connection.run(statement, row: row)
    }

    /// Where it travels with the next one, that one has its time.
    func runSoon(_ statement: BoundSQL, changing rows: Int?) throws {
        let begunAt = DefaultTracerClock.now.nanosecondsSinceEpoch
        defer { note(statement.text, since: begunAt) }
        try connection.runSoon(statement, changing: rows)
    }

    func run(script: String) throws { try connection.run(script: script) }

    func confine(to scope: RowScope) throws { try connection.confine(to: scope) }

    private func note(_ text: String, since begunAt: UInt64) {
        guard count < Self.most else { return }
        count += 1
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        let name = StatementName(text)
        spans.add(
            FinishedSpan(
                .statement(operation: name.operation, table: name.table, system: dialect.tracedName), under: parent,
                begunAt: Int64(clamping: begunAt), duration: Int64(clamping: now > begunAt ? now - begunAt : 0)))
    }
}

extension Dialect {
    /// In OpenTelemetry's conventions.
    fileprivate var tracedName: String {
        switch self {
        case .sqlite: "sqlite"
        case .postgres: "postgresql"
        }
    }
}
