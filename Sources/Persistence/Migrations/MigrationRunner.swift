package import Model

/// Brings a store's schema up to date on start. Each step has a transaction of its own, which also records it, so
/// whatever stops the process leaves whole steps, and the next start goes on from there. Of a step in parts the last one records it.
package struct MigrationRunner: Sendable {
    private let migrations: [Migration]

    /// A runner that knows `migrations`, whatever their order in the array.
    package init(_ migrations: [Migration] = Migration.all) {
        self.migrations = migrations.sorted { $0.number < $1.number }
    }

    /// Runs what is missing in `store`, and records it as applied at `now`.
    ///
    /// - Returns: How many steps were run.
    /// - Throws: ``MigrationError`` before anything is changed if the database is not one that this program can serve;
    ///   a ``StoreError`` if a step fails.
    @discardableResult
    package func run(on store: some Store, at now: Instant) async throws -> Int {
        let (applied, dialect) = try await store.write { tx in
            try tx.createMigrationTable()
            return (try tx.appliedMigrations(), tx.dialect)
        }
        try refuseUnknown(applied)
        let missing = migrations.filter { applied[$0.number] == nil }
        for migration in missing {
            let parts = migration.parts(for: dialect)
            // Nobody serves from an empty database, so there it is done at once.
            let first = applied.isEmpty ? 0 : max(0, parts.count - 1)
            for part in parts.prefix(first) {
                try await store.write { tx in try tx.execute(script: part) }
            }
            let rest = parts.dropFirst(first).joined(separator: "\n")
            try await store.write { tx in try tx.apply(migration, by: rest, at: now) }
        }
        return missing.count
    }

    /// How many steps a store lacks, for a look from outside that changes nothing.
    ///
    /// - Throws: ``MigrationError`` for a database that this program cannot serve, or a ``StoreError``.
    package func missing(_ tx: borrowing Transaction) throws -> Int {
        let applied = try applied(tx)
        try refuseUnknown(applied)
        return migrations.count { applied[$0.number] == nil }
    }

    /// Whether any step was ever run in a store.
    package func hasBegun(_ tx: borrowing Transaction) throws -> Bool {
        try !applied(tx).isEmpty
    }

    /// The number of the newest step that a store has, 0 for none.
    package func version(_ tx: borrowing Transaction) throws -> Int {
        try applied(tx).keys.max() ?? 0
    }

    /// How many steps of later versions a store has, which serve ours.
    ///
    /// - Throws: As ``missing(_:)``.
    package func later(_ tx: borrowing Transaction) throws -> Int {
        let applied = try applied(tx)
        try refuseUnknown(applied)
        let newest = migrations.last?.number ?? 0
        return applied.keys.count { $0 > newest }
    }

    /// The steps that a store has, by their number; none for one that was never used.
    private func applied(_ tx: borrowing Transaction) throws -> [Int: AppliedStep] {
        try tx.hasMigrationTable() ? tx.appliedMigrations() : [:]
    }

    /// A step of a later version is let pass if it says that it serves ours.
    private func refuseUnknown(_ applied: [Int: AppliedStep]) throws(MigrationError) {
        let known = Dictionary(migrations.map { ($0.number, $0.name) }) { first, _ in first }
        let newest = migrations.last?.number ?? 0
        for (number, step) in applied.sorted(by: { $0.key < $1.key }) {
            if let ours = known[number] {
                guard ours == step.name else {
                    throw .anotherHistory(number: number, found: step.name, known: ours)
                }
            } else {
                guard let least = step.servedFrom, least <= newest else {
                    throw .newerSchema(found: number, newestKnown: newest)
                }
            }
        }
    }
}

/// A database whose schema this program cannot serve.
package enum MigrationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A later version of the program has written here.
    case newerSchema(found: Int, newestKnown: Int)
    /// The database took another step under this number.
    case anotherHistory(number: Int, found: String, known: String)

    package var description: String {
        switch self {
        case .newerSchema(let found, let newestKnown):
            """
            The database was written by a later version: it has schema step \(found), and this version knows steps \
            up to \(newestKnown). Start the later version, or restore a backup made before the upgrade.
            """
        case .anotherHistory(let number, let found, let known):
            "The database is not one of ours: its schema step \(number) is “\(found)”, and ours is “\(known)”."
        }
    }
}

/// What a store says of a step that was run on it.
private struct AppliedStep: Sendable {
    let name: String
    /// Nil where a version ran it that did not say: no other goes back there.
    let servedFrom: Int?
}

extension Transaction {
    fileprivate borrowing func createMigrationTable() throws {
        try execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                number BIGINT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                applied_at BIGINT NOT NULL,
                served_from BIGINT
            )
            """)
        // The first versions made it without.
        if try !saysWhoIsServed() { try execute("ALTER TABLE schema_migration ADD COLUMN served_from BIGINT") }
    }

    private borrowing func saysWhoIsServed() throws -> Bool {
        let question: BoundSQL =
            switch dialect {
            case .sqlite: "SELECT COUNT(*) FROM pragma_table_info('schema_migration') WHERE name = 'served_from'"
            case .postgres:
                """
                SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('schema_migration')
                AND attname = 'served_from' AND NOT attisdropped) THEN 1 ELSE 0 END
                """
            }
        return try first(question) { try $0.bool(0) } ?? false
    }

    /// Whether anything of ours was ever made here.
    fileprivate borrowing func hasMigrationTable() throws -> Bool {
        let question: BoundSQL =
            switch dialect {
            case .sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'"
            case .postgres: "SELECT CASE WHEN to_regclass('schema_migration') IS NULL THEN 0 ELSE 1 END"
            }
        return try first(question) { try $0.bool(0) } ?? false
    }

    fileprivate borrowing func appliedMigrations() throws -> [Int: AppliedStep] {
        let question: BoundSQL =
            try saysWhoIsServed()
            ? "SELECT number, name, served_from FROM schema_migration"
            : "SELECT number, name, CAST(NULL AS BIGINT) FROM schema_migration"
        let rows = try all(question) { row in
            let servedFrom = row.isNull(2) ? nil : Int(try row.integer(2))
            return (Int(try row.integer(0)), AppliedStep(name: try row.text(1), servedFrom: servedFrom))
        }
        return Dictionary(rows) { first, _ in first }
    }

    fileprivate borrowing func apply(_ migration: Migration, by script: String, at now: Instant) throws {
        try execute(script: script)
        try execute(
            """
            INSERT INTO schema_migration (number, name, applied_at, served_from)
            VALUES (\(migration.number), \(migration.name), \(now), \(migration.servedFrom))
            """)
    }
}
