import CredentialFormat
import Model
import Persistence
import PersistencePostgres
import TestSupport
import Testing

@Suite("PostgreSQL: the order in which audit events become visible")
struct AuditPlaceTests {
    private let now = FixedClock().current

    private func event(_ action: String) -> AuditEvent {
        AuditEvent(
            id: ID(at: now.milliseconds), at: now, action: action, target: "x", organization: nil,
            actor: "command:test",
            requestID: "r", address: nil, details: [:])
    }

    @Test func `what was begun earlier and is committed later is waited for, and comes first`() async throws {
        let database = try await PostgresDatabase.make()
        func open() async throws -> PostgresStore {
            try await PostgresStore.open(PostgresAddress(database.uri), limits: .forTests(), at: now)
        }
        let (slow, quick) = (try await open(), try await open())
        let gate = Gate()
        let (first, second) = (event("first"), event("second"))
        async let written: Void = slow.write { tx in
            try tx.record(first)
            // Sent now: the transaction has its number.
            _ = try tx.first("SELECT 1") { _ in 0 }
            gate.pass()
        }
        await gate.reached()
        try await quick.write { tx in try tx.record(second) }
        let early = try await quick.read { tx in try tx.settledAuditEvents(after: nil, since: nil, limit: 10).events }
        #expect(early.isEmpty, "The second alone would be the end of what is read, and the first be lost behind it.")
        gate.open()
        try await written
        var found: [PlacedAuditEvent] = []
        // Transactions of other tests on the same server may be open, too.
        try await eventually(within: .seconds(120)) {
            found = try await quick.read { tx in try tx.settledAuditEvents(after: nil, since: nil, limit: 10).events }
            return found.count == 2
        }
        #expect(found.map(\.event.action) == ["first", "second"])
        let last = try #require(found.last?.place)
        #expect(try await quick.read { tx in try tx.fate(of: last, retainedSince: now) } == .known)
        #expect(AuditPlace(parsing: last.description) == last)
        // What is not wanted is passed in steps, however much it is.
        let late = now.adding(seconds: 60)
        let step = try await quick.read { tx in try tx.settledAuditEvents(after: nil, since: late, limit: 1) }
        #expect(step.events.isEmpty && step.isFull && step.end == found.first?.place)

        // As after a restore from a server that had come further, of which this one could have given some of the numbers.
        _ = try await quick.write { tx in
            try tx.execute("UPDATE audit_event SET place = 4611686018427387904 WHERE action = 'second'")
        }
        #expect(try await quick.read { tx in try tx.fate(of: nil, retainedSince: now) } == .unsettled)
        try await quick.settleAuditPlaces(limit: 1)
        let before = try #require(found.first?.place)
        for place in [before, last] {
            let fate = try await quick.read { tx in try tx.fate(of: place, retainedSince: now) }
            #expect(fate == .unknown, "Who went on behind the first would never see the second.")
        }
        let again = try await quick.read { tx in try tx.settledAuditEvents(after: nil, since: nil, limit: 10).events }
        #expect(Set(again.map(\.event.id)) == [first.id, second.id] && again.allSatisfy { $0.place.number == 0 })
        await slow.close()
        await quick.close()
    }
}
