package import CredentialFormat
package import Model

/// How far an account's audit log has come.
package struct StoredAuditLog: Hashable, Sendable {
    package let account: ID<Organization>
    /// How many entries it has.
    package let size: Int
    /// The signed note that says so.
    package let checkpoint: String

    package init(account: ID<Organization>, size: Int, checkpoint: String) {
        self.account = account
        self.size = size
        self.checkpoint = checkpoint
    }
}

extension Transaction {
    /// How far an account's log has come, nil before its first entry.
    package borrowing func auditLog(of account: ID<Organization>) throws -> StoredAuditLog? {
        try first("SELECT size, checkpoint FROM audit_log WHERE account_id = \(account)") { row in
            StoredAuditLog(account: account, size: try row.count(0), checkpoint: try row.text(1))
        }
    }

    /// Says how far an account's log has come.
    ///
    /// - Parameter size: How far it had before, 0 for one that is new.
    /// - Throws: ``StoreError/conflict`` where it has come elsewhere meanwhile.
    package borrowing func save(_ log: StoredAuditLog, grownFrom size: Int) throws {
        try perform(
            """
            INSERT INTO audit_log (account_id, size, checkpoint) VALUES (\(log.account), \(log.size), \(log.checkpoint))
            ON CONFLICT (account_id) DO UPDATE SET size = excluded.size, checkpoint = excluded.checkpoint
            WHERE audit_log.size = \(size)
            """, changing: 1)
    }

    /// The tiles of an account's tree at these places, as far as there are such.
    package borrowing func auditTiles(of account: ID<Organization>, at places: [Int64]) throws -> [Int64: [UInt8]] {
        guard !places.isEmpty else { return [:] }
        var tiles: [Int64: [UInt8]] = [:]
        try BoundSQL.inPieces(places, of: 64) { places in
            let found = try all(
                """
                SELECT tile, hashes FROM audit_tile WHERE account_id = \(account) AND tile IN (\(anyOf: places))
                """
            ) { (try $0.integer(0), try $0.bytes(1)) }
            for (place, hashes) in found { tiles[place] = hashes }
        }
        return tiles
    }

    /// Keeps a tile of an account's tree, in the place of what was there.
    package borrowing func save(auditTile place: Int64, _ hashes: [UInt8], of account: ID<Organization>) throws {
        try perform(
            """
            INSERT INTO audit_tile (account_id, tile, hashes) VALUES (\(account), \(place), \(hashes))
            ON CONFLICT (account_id, tile) DO UPDATE SET hashes = excluded.hashes
            """)
    }

    /// Says that events are the next entries of an account's log.
    ///
    /// - Parameter first: The number of the first.
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where one is an entry already, or a number is taken.
    package borrowing func insert(
        auditLeaves events: [ID<AuditEvent>], of account: ID<Organization>, from first: Int
    ) throws {
        let rows = events.enumerated().map { [account.stored, (first + $0.offset).stored, $0.element.stored] }
        try BoundSQL.inPieces(rows) { rows in
            try perform("INSERT INTO audit_leaf (account_id, leaf, event_id) VALUES \(rows: rows)")
        }
    }

    /// Whether an account's log has entries from a number on.
    package borrowing func hasAuditLeaf(of account: ID<Organization>, from leaf: Int) throws -> Bool {
        try first("SELECT 1 FROM audit_leaf WHERE account_id = \(account) AND leaf >= \(leaf) LIMIT 1") { _ in true }
            ?? false
    }

    /// Those of some events that are entries of a log already.
    package borrowing func loggedAuditEvents(among events: [ID<AuditEvent>]) throws -> Set<ID<AuditEvent>> {
        var logged: Set<ID<AuditEvent>> = []
        try BoundSQL.inPieces(events, of: 64) { events in
            logged.formUnion(
                try all("SELECT event_id FROM audit_leaf WHERE event_id IN (\(anyOf: events))") { try $0.id(0) })
        }
        return logged
    }

    /// Which entry of an account's log an event is, nil where it is none.
    package borrowing func auditEntry(of account: ID<Organization>, being event: ID<AuditEvent>) throws -> Int? {
        try first("SELECT leaf FROM audit_leaf WHERE account_id = \(account) AND event_id = \(event)") {
            try $0.count(0)
        }
    }

    /// The events that are the entries of an account's log in a range of numbers, by number: those that are still kept.
    package borrowing func auditEntries(of account: ID<Organization>, in range: Range<Int>) throws -> [Int: AuditEvent]
    {
        let found = try all(
            """
            SELECT \(fixed: auditColumns), leaf FROM audit_leaf JOIN audit_event ON id = event_id
            WHERE account_id = \(account) AND leaf >= \(range.lowerBound) AND leaf < \(range.upperBound) ORDER BY leaf
            """
        ) { (try $0.count(9), try AuditEvent(row: $0)) }
        return Dictionary(found) { first, _ in first }
    }

    /// Behind which event the next ones are taken into logs, nil for the first of all.
    package borrowing func auditLogPosition() throws -> AuditPlace? {
        try first("SELECT place, event_id FROM audit_log_position WHERE name = 'taken'") { row in
            AuditPlace(number: try row.integer(0), event: try row.id(1))
        }
    }

    /// Moves on from one position to another.
    ///
    /// - Throws: ``StoreError/conflict`` where another one is kept.
    package borrowing func moveAuditLogPosition(from before: AuditPlace?, to place: AuditPlace) throws {
        try perform(
            """
            INSERT INTO audit_log_position (name, place, event_id) VALUES ('taken', \(place.number), \(place.event))
            ON CONFLICT (name) DO UPDATE SET place = excluded.place, event_id = excluded.event_id
            WHERE audit_log_position.place = \(before?.number ?? -1)
            AND audit_log_position.event_id = \(before?.event ?? place.event)
            """, changing: 1)
    }

    /// Has all events looked through again for those that are in no log yet: where places were taken away, or given by another database.
    package borrowing func forgetAuditLogPosition() throws {
        try perform("DELETE FROM audit_log_position WHERE name = 'taken'")
    }

    /// Whether another database gave the place behind which the next events are taken.
    package borrowing func hasForeignAuditLogPosition() throws -> Bool {
        try first(
            "SELECT 1 FROM audit_log_position WHERE name = 'taken' AND place >= \(fixed: dialect.nextPlace)"
        ) { _ in true } ?? false
    }

    /// Removes at most `limit` numbers of events from before `time` that are gone, and says how many. The tree keeps their hashes.
    package borrowing func sweepAuditLeaves(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM audit_leaf WHERE event_id IN
            (SELECT event_id FROM audit_leaf WHERE event_id < \(ID<AuditEvent>.first(at: time))
            AND NOT EXISTS (SELECT 1 FROM audit_event WHERE id = audit_leaf.event_id) ORDER BY event_id LIMIT \(limit))
            """)
    }

    /// Removes at most `limit` tiles of a log whose account is gone and of whose entries none is kept, then the log.
    ///
    /// - Returns: 0 where there is no such log, and `limit` otherwise: there may be more.
    package borrowing func sweepAuditLogs(limit: Int) throws -> Int {
        let account = try first(
            """
            SELECT account_id FROM audit_log WHERE is_gone = 1
            AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.account_id = audit_log.account_id) LIMIT 1
            """
        ) { try $0.id(0, of: Organization.self) }
        guard let account else { return 0 }
        let removed = try execute(
            """
            DELETE FROM audit_tile WHERE account_id = \(account) AND tile IN
            (SELECT tile FROM audit_tile WHERE account_id = \(account) ORDER BY tile LIMIT \(limit))
            """)
        if removed < limit { try perform("DELETE FROM audit_log WHERE account_id = \(account)") }
        return limit
    }
}
