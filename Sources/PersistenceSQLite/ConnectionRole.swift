import GRDB

/// What a connection is for, and its settings.
enum ConnectionRole: Sendable {
    case writer
    case reader
    case checkpointer

    var configuration: Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(patience)
        return configuration
    }

    /// Seconds that it waits for a lock.
    var patience: Double {
        switch self {
        case .writer, .reader: 5
        // It holds the writer up while it waits, so it gives up long before the writer does.
        case .checkpointer: 1
        }
    }

    /// Settings of this connection. Memory-mapped reading is off: a failing disk is an error, not a signal that kills
    /// the process. The page caches are small because the kernel keeps one as well.
    private var settings: [String] {
        switch self {
        case .writer: ["cache_size = -16000", "wal_autocheckpoint = 0", "journal_size_limit = 67108864"]
        case .reader: ["cache_size = -4000", "query_only = 1"]
        case .checkpointer: ["cache_size = -1000", "wal_autocheckpoint = 0", "journal_size_limit = 67108864"]
        }
    }

    /// Sets up an open connection. A write is acknowledged when it is on disk, so `synchronous` must be FULL, and is
    /// read back: GRDB's pool, for one, sets it to NORMAL after its own preparation.
    func setUp(_ database: Database, path: String) throws {
        for setting in settings + ["mmap_size = 0", "temp_store = MEMORY"] {
            try database.execute(sql: "PRAGMA \(setting)")
        }
        guard case .reader = self else {
            try require("journal_mode", "wal", of: database, path: path, by: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try require("synchronous", "2", of: database, path: path)
            return try require("foreign_keys", "1", of: database, path: path)
        }
    }

    private func require(
        _ name: String, _ wanted: String, of database: Database, path: String, by statement: String? = nil
    ) throws {
        let found = try String.fetchOne(database, sql: statement ?? "PRAGMA \(name)") ?? ""
        guard found == wanted else { throw SQLiteOpeningError.setting(path: path, name: name, found: found) }
    }
}
