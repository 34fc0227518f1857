import CredentialFormat
import Crypto
import Events
import MerkleLog
import Model
import Organizations
import Persistence
import TestSupport
import Testing

@Suite("Audit logs that anyone can check", .onEveryEngine)
struct ProvableLogTests {
    private static let longAgo = Instant(milliseconds: 0)

    /// Logs in a sample tree, and who writes them.
    private struct Desk {
        let tree: SampleTree
        let log: ProvableLog
        let key: Curve25519.Signing.PrivateKey

        init(_ tree: SampleTree) throws {
            self.tree = tree
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
            self.key = key
            log = ProvableLog(issuer: "https://auth.example.com/") {
                CheckpointKeys(publicKeys: [Array(key.publicKey.rawRepresentation)]) {
                    Array(try key.signature(for: $0))
                }
            }
        }

        var writer: ProvableLogWriter { ProvableLogWriter(log: log) }

        func change(_ count: Int, in organization: Organization) async throws {
            for _ in 0..<count { _ = try await tree.key(in: organization, as: SampleTree.theOperator) }
        }

        /// Has all events taken, which others' open transactions may hold up on PostgreSQL.
        func take() async throws {
            let isDone = try await eventually(within: .seconds(120)) {
                try await writer.run(through: tree.store)
                return try await tree.store.read { tx in
                    let left =
                        "SELECT COUNT(*) FROM audit_event WHERE NOT EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = id)"
                    return try tx.first(BoundSQL(stringLiteral: left)) { try $0.integer(0) } == 0
                }
            }
            #expect(isDone)
        }

        func state() async throws -> ProvableLog.State {
            try await tree.store.read { [log, tree] tx in
                try log.state(of: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
        }

        func copy(of organization: Organization? = nil) async throws -> [[UInt8]] {
            let account = (organization ?? tree.global).id
            let lines = try await tree.store.read { [log] tx in
                try log.export(
                    from: 0, limit: 1000, atSize: nil, of: account, as: SampleTree.theOperator, tx: tx
                ).lines
            }
            return lines.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        }

        func report(_ lines: [[UInt8]], after earlier: [Checkpoint] = []) async throws -> LogVerification.Report {
            var check = LogVerification(keys: try await state().keys, earlier: earlier)
            for line in lines { check.read(line) }
            return check.finish()
        }
    }

    @Test func `each event is an entry of its account once, however many write, and what was signed earlier stays`()
        async throws
    {
        try await SampleTree.open { tree in
            let desk = try Desk(tree)
            try await desk.change(10, in: tree.france)
            try await desk.take()
            let earlier = try await desk.state().checkpoint
            #expect(earlier.origin == "auth.example.com/audit-log/\(tree.global.id)")
            #expect(earlier.size > 10)
            try await desk.change(230, in: tree.europe)
            // Without a lease between them: the tables keep them apart, and who comes second fails.
            for _ in 0..<3 { _ = await race(3) { _ in try await desk.writer.run(through: tree.store) } }
            try await desk.take()
            #expect(try await desk.writer.isDue(in: tree.store) == false)
            let report = try await desk.report(try await desk.copy(), after: [earlier])
            #expect(report.problems == [])
            #expect(report.entries == earlier.size + 230 && report.withoutBody == 0)
            // What belongs to no organization is the operator's, and nobody else reads it.
            #expect(try await desk.copy(of: tree.desk).count > 1)
            await #expect(throws: Refusal.notFound) {
                try await tree.store.read { [log = desk.log] tx in
                    try log.state(of: tree.desk.id, as: tree.caller(of: tree.global), tx: tx)
                }
            }
            await #expect(throws: Refusal.notFound) {
                try await tree.store.read { [log = desk.log] tx in
                    try log.state(of: tree.europe.id, as: tree.caller(of: tree.global), tx: tx)
                }
            }
            // As after a restore into another PostgreSQL: all events are looked through, and none is taken again.
            try await tree.store.write { tx in try tx.forgetAuditLogPosition() }
            try await desk.take()
            #expect(try await desk.state().checkpoint.size == report.entries)
        }
    }

    @Test(arguments: [
        "UPDATE audit_tile SET hashes = substr(hashes, 1, 32)",
        "DELETE FROM audit_tile",
        "UPDATE audit_log SET checkpoint = replace(checkpoint, '/audit-log/', '/another-log/')",
        "UPDATE audit_log SET size = size - 1",
        "DELETE FROM audit_log",
    ])
    func `what was changed in the database is not signed`(_ damage: String) async throws {
        try await SampleTree.open { tree in
            let desk = try Desk(tree)
            try await desk.change(2, in: tree.global)
            try await desk.take()
            _ = try await tree.store.write { tx in try tx.execute(BoundSQL(stringLiteral: damage)) }
            try await desk.change(1, in: tree.global)
            let isRefused = try await eventually(within: .seconds(120)) {
                do {
                    try await desk.writer.run(through: tree.store)
                    return false
                } catch is DamagedLog {
                    return true
                } catch is DamagedTile {
                    return true
                }
            }
            #expect(isRefused, "Nothing is taken, and the event waits.")
        }
    }

    @Test func `a log that was changed in the database keeps no other account's from growing`() async throws {
        try await SampleTree.open { tree in
            let desk = try Desk(tree)
            try await desk.change(2, in: tree.global)
            try await desk.change(2, in: tree.stranger)
            try await desk.take()
            let before = try await desk.copy(of: tree.stranger).count
            _ = try await tree.store.write { tx in
                try tx.execute("DELETE FROM audit_tile WHERE account_id = \(tree.global.id)")
            }
            try await desk.change(1, in: tree.global)
            try await desk.change(1, in: tree.stranger)
            let hasGrown = try await eventually(within: .seconds(120)) {
                _ = try? await desk.writer.run(through: tree.store)
                return try await desk.copy(of: tree.stranger).count == before + 1
            }
            #expect(hasGrown)
        }
    }

    @Test func `retention takes what entries said, and a body that somebody else took is missed`() async throws {
        try await SampleTree.open { tree in
            let desk = try Desk(tree)
            try await desk.change(3, in: tree.global)
            tree.clock.advance(seconds: 3600)
            let cut = tree.clock.now()
            let longAgo = Self.longAgo
            #expect(
                try await tree.store.write { tx in
                    try tx.sweepAuditEvents(before: cut, untaken: longAgo, limit: 100)
                } == 0, "No log has taken them.")
            try await desk.change(3, in: tree.global)
            try await desk.take()
            let whole = try await desk.copy()
            let swept = try await tree.store.write { tx in
                let count = try tx.sweepAuditEvents(before: cut, untaken: longAgo, limit: 100)
                _ = try tx.sweepAuditLeaves(before: cut, limit: 100)
                return count
            }
            #expect(swept > 3)
            let kept = try await desk.copy()
            let report = try await desk.report(kept)
            #expect(report.problems == [])
            #expect(kept.count == whole.count && report.withoutBody == report.entries - 3)
            #expect(kept.suffix(3) == whole.suffix(3))
            let middle = try #require(
                try await tree.auditEvents().filter { $0.action == "api-key.created" }.sorted { $0.id < $1.id }
                    .dropFirst()
                    .first)
            _ = try await tree.store.write { tx in try tx.execute("DELETE FROM audit_event WHERE id = \(middle.id)") }
            #expect(try await desk.report(try await desk.copy()).problems.count == 1)
        }
    }

    @Test func `the log of an account that is gone goes with the last entry that is kept of it`() async throws {
        try await SampleTree.open { tree in
            let desk = try Desk(tree)
            try await desk.take()
            try await tree.store.write { [accounts = tree.accounts] tx in
                try accounts.delete(tree.stranger.id, as: SampleTree.theOperator, tx: tx)
            }
            try await desk.take()
            let (end, longAgo) = (tree.clock.now().adding(seconds: 86_400), Self.longAgo)
            func sweep() async throws -> [Bool] {
                repeat {} while try await tree.store.write { tx in try tx.sweepAuditLogs(limit: 1) } > 0
                return try await tree.store.read { tx in
                    try [tree.stranger, tree.global].map { try tx.auditLog(of: $0.id) != nil }
                }
            }
            #expect(try await sweep() == [true, true], "Its entries are kept for as long as others.")
            try await tree.store.write { tx in
                _ = try tx.sweepAuditEvents(before: end, untaken: longAgo, limit: 1000)
                _ = try tx.sweepAuditLeaves(before: end, limit: 1000)
            }
            #expect(try await sweep() == [false, true])
        }
    }
}
