import CredentialFormat
import Model
import Persistence
import TestSupport
import Testing

@Suite("Leases: until the commit")
struct LeaseFenceTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `a body that fails keeps neither its changes nor the time that it held`(_ engine: StoreUnderTest) async throws
    {
        try await engine.openWithScratch { store in
            let held = try #require(try await LeasedStore.claim(.sweeping, on: store, by: .holder, seconds: 60))
            let end = try await expiry(in: store)
            await #expect(throws: Dislike.self) {
                try await held.write { tx in
                    try tx.insertNote(1)
                    guard try tx.noteCount() == 0 else { throw Dislike() }
                }
            }
            try await expectNotes([], in: store)
            let endAfterwards = try await expiry(in: store)
            #expect(endAfterwards == end)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `who claims while a holder commits gets it after that commit, and sees all of it`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.openNodes(2) { stores in
            let lease = try await stores[0].write { tx in try tx.claim(.usage, by: .holder, seconds: 60) }
            let meeting = Meeting(stores, try #require(lease))
            let fences = await race(3) { number in
                switch number {
                case 0: try await meeting.hold()
                case 1: try await meeting.claim()
                default: try await meeting.letGo(whenSomebodyWaits: engine == .postgres)
                }
            }
            #expect(try fences.prefix(2).map { try $0.get() } == [meeting.fence, meeting.fence + 1])
            #expect(fences[2].isSuccess)
        }
    }

    private func expiry(in store: some Store) async throws -> Int64? {
        try await store.read { tx in try tx.first("SELECT expires_at FROM lease") { try $0.integer(0) } }
    }
}

extension ID<Node> {
    fileprivate static let holder = ID(at: 1)
    fileprivate static let other = ID(at: 2)
}

/// A holder that stands still between holding its lease and committing, and a node that claims it meanwhile.
private final class Meeting: Sendable {
    var fence: Int { lease.fence }

    private let stores: [any Engine]
    private let lease: Lease
    private let gate = Gate()

    init(_ stores: [any Engine], _ lease: Lease) {
        self.stores = stores
        self.lease = lease
    }

    /// Holds the lease, which lapses as soon as it is held, and commits once let go.
    func hold() async throws -> Int {
        try await stores[0].write { [self] tx in
            try tx.hold(lease, seconds: 0)
            _ = try tx.noteBatch(1, of: .holder)
            gate.pass()
            return fence
        }
    }

    /// Claims the lease once it is held, and makes certain that what the holder wrote is there.
    ///
    /// - Returns: The fence, 0 if not all is there.
    func claim() async throws -> Int {
        await gate.reached()
        return try await stores[1].write { tx in
            let next = try tx.claim(.usage, by: .other, seconds: 60)
            return try tx.noteBatch(1, of: .holder) ? 0 : next?.fence ?? 0
        }
    }

    /// Lets the holder go on.
    ///
    /// - Parameter isAwaited: Whether to wait until another transaction waits for the lease's row.
    func letGo(whenSomebodyWaits isAwaited: Bool) async throws -> Int {
        defer { gate.open() }
        guard isAwaited else { return 0 }
        let isWaitedFor = try await eventually {
            try await stores[0].read { tx in
                try !tx.all(
                    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                ) { _ in true }.isEmpty
            }
        }
        guard isWaitedFor else { throw ServerFailure("nobody waits for the lease") }
        return 0
    }
}
