import Model
import Persistence

/// What runs bodies on one line to the server, and makes a new line when that is lost. Used by one thread alone.
///
/// `BEGIN` and whatever follows a body are sent together with statements that are waited for anyway, so a transaction of
/// one read costs one way to the server and back.
final class PostgresConnection: BodyConnection {
    let dialect = Dialect.postgres
    private(set) var failure: StoreError?
    private(set) var hasWritten = false
    private(set) var isInTransaction = false

    /// Whose rows the statements of this body shall meet.
    private var wantedScope = RowScope.everything
    /// Whose rows they meet, as was said last in this transaction.
    private var scope = RowScope.everything
    private let lines: Lines
    private let limits: PostgresLimits
    private var line: Line?
    /// When no connection could be made, and why.
    private var refusal: (at: ContinuousClock.Instant, error: StoreError)?
    /// Since when the server has run without a recovery, as far as this line was told.
    private var recovery: String?

    init(to lines: Lines, limits: PostgresLimits) {
        self.lines = lines
        self.limits = limits
    }

    func beginBody() {
        failure = nil
        hasWritten = false
        // Bodies that share a transaction need not be of one account.
        wantedScope = .everything
    }

    /// Said with the body's next statement, and not at all where the body before was of the same account.
    func confine(to scope: RowScope) throws {
        if let failure { throw failure }
        wantedScope = scope
    }

    @discardableResult
    func run(_ statement: BoundSQL, row: (StoredRow) throws -> Void) throws -> Int {
        if let failure { throw failure }
        if !statement.text.hasPrefix("SELECT") { hasWritten = true }
        var mistake: (any Error)?
        let changed = try watched { line in
            try line.answer(to: statement.text, statement.values, until: .now + limits.statement) { found in
                guard mistake == nil else { return }
                do { try row(found) } catch { mistake = error }
            }
        }
        // What the caller makes of a row has nothing to do with the transaction.
        if let mistake { throw mistake }
        return changed
    }

    func runSoon(_ statement: BoundSQL, changing rows: Int?) throws {
        if let failure { throw failure }
        hasWritten = true
        try watched { line in try line.send(statement.text, statement.values, changing: rows) }
    }

    func run(script: String) throws {
        if let failure { throw failure }
        hasWritten = true
        // A step of the schema takes as long as it takes.
        let unbounded = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;\n"
        try watched { line in
            try line.run(script: unbounded + script, until: .now + .seconds(86_400))
        }
    }

    /// Does `work` within the body's scope, and remembers its failure for the rest of the body.
    private func watched<T>(_ work: (Line) throws -> T) throws -> T {
        do {
            guard let line else { throw StoreError.unavailable("the connection is lost") }
            if wantedScope != scope {
                try line.confine(to: wantedScope, until: .now + limits.statement)
                scope = wantedScope
            }
            return try work(line)
        } catch {
            let error = error as? StoreError ?? .engine("\(error)")
            failure = error
            if case .unavailable = error { drop() }
            throw error
        }
    }
}

// MARK: - Transactions

extension PostgresConnection {
    /// Serializable: what bodies of several nodes do at the same time is as if they had come one after the other, as they
    /// do on SQLite. One of two that cannot is told so and runs again.
    func beginWriting() throws {
        let line = try connected()
        if recovery == nil {
            try guarded { recovery = try lastRecovery(on: line) }
        }
        try begin("BEGIN ISOLATION LEVEL SERIALIZABLE")
    }

    func beginReading() throws {
        try begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    }

    private func begin(_ statement: String) throws {
        failure = nil
        let line = try connected()
        // The end of the transaction before has ended what it was confined to.
        (scope, wantedScope) = (.everything, .everything)
        try guarded {
            try line.complete(until: .now + limits.statement)
            line.isConfined = false
            try line.tidy()
            try line.send(statement, [])
        }
        isInTransaction = true
    }

    /// Nobody waits for the answer: what was read is a snapshot, whatever becomes of its transaction.
    func endReading() throws {
        isInTransaction = false
        guard let line else { return }
        try guarded {
            try line.send("COMMIT", [])
            try line.mark()
        }
    }

    func rollback() throws {
        guard isInTransaction else { return }
        isInTransaction = false
        guard let line else { return }
        try guarded {
            // What went wrong before has been said.
            try? line.complete(until: .now + limits.statement)
            try line.send("ROLLBACK", [])
            try line.complete(until: .now + limits.statement)
        }
    }

    func commit(announcing changes: [Change]) throws {
        guard let line else { throw StoreError.unavailable("the connection is lost") }
        var number: String?
        try guarded {
            for message in FeedMessage.announcing(changes) { try line.say(message) }
            // Asked before the end, so that the server can be asked what became of it if the connection is lost then.
            _ = try line.answer(to: "SELECT pg_current_xact_id_if_assigned()::text", [], until: .now + limits.statement)
            {
                number = try $0.optional(0) { row, column throws(StoreError) in try row.text(column) }
            }
        }
        isInTransaction = false
        let known = recovery
        do {
            try line.send("COMMIT", [])
            try line.complete(until: .now + limits.statement)
        } catch .unavailable(let problem) {
            drop()
            // Without a number, nothing was changed.
            guard let number else { throw StoreError.unavailable(problem) }
            guard try wasCommitted(number, since: known) else { throw StoreError.unavailable(problem) }
        }
    }

    /// What became of a transaction whose connection was lost while it was committed.
    ///
    /// A server that has recovered from a crash gives the numbers anew whose transactions had not reached the disk, so
    /// "committed" may then be said of somebody else's.
    ///
    /// - Parameter recovery: Since when the server had run without one.
    /// - Throws: ``StoreError/uncertain`` where nobody can tell.
    private func wasCommitted(_ number: String, since recovery: String?) throws(StoreError) -> Bool {
        let end = ContinuousClock.now + limits.patience
        while ContinuousClock.now < end {
            var status: String?
            var isSameRun = false
            do {
                let line = try connected()
                let latest = try lastRecovery(on: line)
                isSameRun = latest != nil && latest == recovery
                _ = try line.answer(
                    to: "SELECT pg_xact_status($1::text::xid8)", [.text(number)], until: .now + limits.statement
                ) { status = try $0.optional(0) { row, column throws(StoreError) in try row.text(column) } }
            } catch StoreError.unavailable {
                drop()
                Lines.pause(limits.connecting / 10)
                continue
            } catch StoreError.slow {
                continue
            } catch {
                break
            }
            switch status {
            case "committed" where isSameRun: return true
            case "aborted": return false
            case "in progress": Lines.pause(.milliseconds(10))
            default: throw .uncertain
            }
        }
        throw .uncertain
    }
}

// MARK: - The line

extension PostgresConnection {
    /// When the server began to count what it does. Each recovery from a crash begins that anew, an orderly restart does
    /// not. Where somebody else began it anew, it only looks like a recovery.
    private func lastRecovery(on line: Line) throws -> String? {
        var moment: String?
        _ = try line.answer(
            to: "SELECT stats_reset::text FROM pg_stat_bgwriter", [], until: .now + limits.statement
        ) { moment = try $0.optional(0) { row, column throws(StoreError) in try row.text(column) } }
        return moment
    }
}

extension PostgresConnection {
    /// The line, made anew if there is none. After a failure callers are refused at once for a while, so that they do
    /// not queue up behind attempts that fail.
    func connected() throws(StoreError) -> Line {
        if let line {
            guard lines.suspicion.concerns(line.madeAt) else { return line }
            drop()
        }
        let now = ContinuousClock.now
        if let refusal, refusal.at + limits.connecting / 10 > now { throw refusal.error }
        do {
            let made = try lines.open(until: now + limits.connecting)
            line = made
            refusal = nil
            return made
        } catch {
            refusal = (.now, error)
            throw error
        }
    }

    private func drop() {
        if let line, line.isBroken { lines.suspicion.raise(byLineMadeAt: line.madeAt) }
        line = nil
        recovery = nil
        isInTransaction = false
    }

    /// Does `work` on the line, which is given up if it is lost.
    private func guarded(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch {
            if case StoreError.unavailable = error { drop() }
            throw error
        }
    }
}
