import NIOPosix

/// The database on a PostgreSQL server, behind row-level security.
///
/// The address is that of the schema's owner. Every connection that serves calls becomes ``RowSecurity/role`` first, which owns
/// nothing, and each transaction says for whom it is by a setting that ends with it. One that says nothing sees nothing.
final class PostgresStore: Store {
    private let address: String
    private let lines: PostgresLines
    private let threads: NIOThreadPool
    private let filters: Bool

    /// Brings the schema up to date, and connects when the first transaction comes.
    ///
    /// - Parameter filters: False leaves out whose rows are wanted, for tests of the second wall.
    static func open(_ address: String, connections: Int = 8, filters: Bool = true) async throws -> PostgresStore {
        let threads = NIOThreadPool(numberOfThreads: connections)
        threads.start()
        try await threads.runIfActive { try prepare(PostgresLine(address, role: nil)) }
        return PostgresStore(address, PostgresLines(most: connections), threads, filters: filters)
    }

    private init(_ address: String, _ lines: PostgresLines, _ threads: NIOThreadPool, filters: Bool) {
        self.address = address
        self.lines = lines
        self.threads = threads
        self.filters = filters
    }

    private static func prepare(_ line: PostgresLine) throws {
        try line.execute("BEGIN")
        // One server at a time. The number means nothing.
        try line.execute("SELECT pg_advisory_xact_lock(7317220251)")
        try line.execute("CREATE TABLE IF NOT EXISTS schema_step (number BIGINT PRIMARY KEY)")
        let transaction = PostgresTransaction(line, .upkeep, filters: true)
        let done = try transaction.count("SELECT count(*) AS n FROM schema_step")
        for (number, step) in Schema.steps.enumerated().dropFirst(done) {
            try line.execute(step.text(on: .postgres))
            for statement in RowSecurity.statements(for: step) { try line.execute(statement) }
            _ = try transaction.run("INSERT INTO schema_step (number) VALUES (\(number + 1))")
        }
        try line.execute("COMMIT")
    }

    func read<R: Sendable>(
        _ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R
    ) async throws -> R {
        try await run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", sight, body)
    }

    func write<R: Sendable>(
        _ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R
    ) async throws -> R {
        var attempt = 1
        while true {
            do {
                return try await run("BEGIN ISOLATION LEVEL SERIALIZABLE", sight, body)
            } catch StoreFailure.conflict where attempt < Self.mostAttempts {
                attempt += 1
            }
        }
    }

    private static let mostAttempts = 20

    private func run<R: Sendable>(
        _ begin: String, _ sight: Sight, _ body: @escaping @Sendable (any Transaction) throws -> R
    ) async throws -> R {
        let line = try await lines.take()
        let (address, filters) = (address, filters)
        let outcome: (PostgresLine?, Result<R, any Error>)
        do {
            outcome = try await threads.runIfActive {
                Self.attempt(line, address, begin, sight, filters: filters, body)
            }
        } catch {
            // It was called off before it began.
            await lines.giveBack(line)
            throw error
        }
        await lines.giveBack(outcome.0)
        return try outcome.1.get()
    }

    /// - Returns: The connection, if it can be used again, and what came of it.
    private static func attempt<R: Sendable>(
        _ line: PostgresLine?, _ address: String, _ begin: String, _ sight: Sight, filters: Bool,
        _ body: (any Transaction) throws -> R
    ) -> (PostgresLine?, Result<R, any Error>) {
        var used = line
        do {
            let line = try line ?? PostgresLine(address, role: RowSecurity.role)
            used = line
            return (line, .success(try whole(line, begin, sight, filters: filters, body)))
        } catch {
            return (used.flatMap { $0.isSound ? $0 : nil }, .failure(error))
        }
    }

    private static func whole<R>(
        _ line: PostgresLine, _ begin: String, _ sight: Sight, filters: Bool, _ body: (any Transaction) throws -> R
    ) throws -> R {
        let transaction = PostgresTransaction(line, sight, filters: filters)
        do {
            try line.execute(begin)
            try RowSecurity.announce(sight, in: transaction)
            let result = try body(transaction)
            try line.execute("COMMIT")
            return result
        } catch {
            try? line.execute("ROLLBACK")
            throw error
        }
    }

    func close() async {
        await lines.close()
        try? await threads.shutdownGracefully()
    }
}

/// The connections that nobody uses at the moment.
private actor PostgresLines {
    private let most: Int
    private var open = 0
    private var idle: [PostgresLine] = []
    private var waiting: [CheckedContinuation<PostgresLine?, any Error>] = []

    /// Who waits beyond these is told to come again.
    private static let mostWaiting = 2000

    init(most: Int) {
        self.most = most
    }

    /// A connection, or nil for leave to make one.
    func take() async throws -> PostgresLine? {
        if let line = idle.popLast() { return line }
        if open < most {
            open += 1
            return nil
        }
        guard waiting.count < Self.mostWaiting else { throw StoreFailure.unavailable("too many wait") }
        return try await withCheckedThrowingContinuation { waiting.append($0) }
    }

    /// - Parameter line: Nil where it broke.
    func giveBack(_ line: PostgresLine?) {
        if !waiting.isEmpty {
            waiting.removeFirst().resume(returning: line)
        } else if let line {
            idle.append(line)
        } else {
            open -= 1
        }
    }

    func close() {
        idle.removeAll()
        for continuation in waiting { continuation.resume(throwing: StoreFailure.unavailable("the server ends")) }
        waiting.removeAll()
    }
}
