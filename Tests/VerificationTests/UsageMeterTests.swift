import CredentialFormat
import Model
import Persistence
import Policy
import TestSupport
import Testing

@testable import Verification

@Suite("Counting calls", .onEveryEngine)
struct UsageMeterTests {
    @Test(arguments: [FaultyStore.Fault.lostAnswer, .death])
    func `calls of hours and of days are counted once, whatever becomes of a write`(
        _ fault: FaultyStore.Fault
    ) async throws {
        try await withMeter { under in
            under.call("a", scopes: "data.read", from: "192.0.2.1")
            under.call("a", scopes: "data.read", from: "192.0.2.2")
            under.store.inject(fault)
            await #expect(throws: StoreError.self) { try await under.meter.flush() }
            under.call("a", scopes: "data.read", outcome: "scope", status: 403, from: "192.0.2.2")
            await #expect(throws: StoreError.self) { try await under.meter.flush() }
            under.store.inject(nil)
            while !under.meter.isEmpty { try await under.meter.flush() }
            under.tree.clock.advance(seconds: 3600)
            under.call("a", scopes: "data.read", from: "192.0.2.1")
            try await under.meter.flush()
            let hours = try await under.rows(.hour, by: .outcome)
            #expect(hours.map(\.calls) == [2, 1, 1])
            #expect(hours.map(\.refused) == [0, 1, 0])
            #expect(hours.map(\.group.outcome) == ["admitted", "scope", "admitted"])
            let days = try await under.rows(.day, by: nil)
            #expect(days.reduce(0) { $0 + $1.calls } == 4)
            let callers = try await under.callers("a")
            #expect(callers.addresses == 2)
            #expect(callers.agent == "Sample/1 ")
        }
    }

    @Test func `what lies beyond the bounds is counted together, and what has no room is said`() async throws {
        try await withMeter(cells: 3) { under in
            for name in ["a", "b", "c", "d", "e"] as [Unicode.Scalar] { under.call(name, from: nil) }
            try await under.meter.flush()
            let rows = try await under.rows(.hour, by: .credential)
            #expect(rows.count == 4)
            #expect(rows.first { $0.group.credential == nil }?.calls == 2)
        }
        // Nor does a route that asks for more scopes than a key of the database can hold keep others from being written.
        try await withMeter { under in
            let names = (1...64 as ClosedRange<UInt64>).map { String($0 &* 0x9E37_79B9_7F4A_7C15, radix: 36) }
            let long = names.map { name in names.prefix(7).map { name + $0 }.joined() }.joined(separator: " ")
            under.call("a", scopes: long, from: nil)
            under.call("b", scopes: "data.read", from: nil)
            try await under.meter.flush()
            let told = try await under.rows(.hour, by: .scope).map(\.group.scopes)
            #expect(told == [CallTraits.otherScopes, "data.read"])
        }
        // Who may ask for any scopes makes no more rows than so many.
        var table = CallTable(in: CallRoom(cells: 1000, sketches: 1, organizations: 1)) { _ in 0 }
        let several = CallTable.mostOfHolder * 2
        for number in 0..<several {
            let call = MeteredCall(
                kind: .apiKey, credential: ID(value: 1), secret: ID(value: 2), organization: ID(value: 3),
                account: ID(value: 3), scopes: "s\(number)", outcome: CallTraits.admitted, status: 200)
            table.count(call, at: Instant(seconds: 1), from: nil, by: { nil })
        }
        let taken = table.take(atMost: 9)
        #expect(taken.map(\.calls.count) == [CallTable.mostOfHolder + 1])
        #expect(taken[0].calls.reduce(0) { $0 + $1.count } == several)
        #expect(taken[0].calls.contains { $0.traits.scopes == CallTraits.otherScopes })
    }

    @Test func `calls of any identifiers are counted`() {
        var table = CallTable(in: CallRoom(cells: 1000, sketches: 1, organizations: 1)) { _ in 0 }
        let numbers = (1...512).map { UInt128(UInt64($0) &* 0xC2B2_AE3D_27D4_EB4F) }
        for number in numbers + numbers + [.max] {
            let call = MeteredCall(
                kind: .apiKey, credential: ID(value: number), secret: ID(value: 7), organization: ID(value: 3),
                account: ID(value: 3), scopes: "", outcome: CallTraits.admitted, status: 200)
            table.count(call, at: Instant(seconds: 1), from: nil, by: { nil })
        }
        let taken = table.take(atMost: 1000)
        #expect(taken.map { $0.calls.reduce(0) { $0 + $1.count } } == numbers.map { _ in 2 } + [1])
    }

    @Test func `counts are kept for their time`() async throws {
        try await withMeter { under in
            under.call("a", from: "192.0.2.1")
            try await under.meter.flush()
            let later = under.tree.clock.current.adding(seconds: 86_400)
            let removed = try await under.tree.store.write { tx in
                [
                    try tx.sweepUsage(of: .hour, before: later, limit: 9),
                    try tx.sweepCallers(before: later, limit: 9), try tx.sweepAgents(before: later, limit: 9),
                ]
            }
            #expect(removed == [1, 1, 1])
            #expect(try await under.rows(.hour, by: nil).isEmpty)
            #expect(try await under.rows(.day, by: nil).count == 1)
        }
    }

    private func withMeter(
        cells: Int = UsageMeter.mostCells, _ use: (UnderTest) async throws -> Void
    ) async throws {
        try await SampleTree.open { tree in
            try await use(UnderTest(tree, FaultyStore(tree.store), cells: cells))
        }
    }
}

/// A meter, and calls of credentials that are called by a letter.
private struct UnderTest: Sendable {
    let tree: SampleTree
    let store: FaultyStore
    let meter: UsageMeter

    init(_ tree: SampleTree, _ store: FaultyStore, cells: Int) {
        self.tree = tree
        self.store = store
        meter = UsageMeter(store: store, cells: cells) { UInt64(truncatingIfNeeded: $0.bits &* 0x9E37_79B9_7F4A_7C15) }
    }

    func call(
        _ name: Unicode.Scalar, scopes: String = "", outcome: String = CallTraits.admitted, status: Int = 200,
        from address: String?
    ) {
        let path = tree.europe.path
        meter.count(
            MeteredCall(
                kind: .apiKey, credential: Self.id(name), secret: ID(value: 7), organization: path.last,
                account: path.root, scopes: scopes, outcome: outcome, status: status),
            at: tree.clock.current, from: address.flatMap { IPAddress($0) }, by: { "Sample/1 \u{7}é" })
    }

    func rows(
        _ span: UsageSpan, by grouping: UsageGrouping?, of name: Unicode.Scalar? = nil
    ) async throws -> [UsageRow] {
        let now = tree.clock.current
        let filter = UsageFilter(
            span, from: now.adding(seconds: -3 * 86_400), until: now.adding(seconds: 86_400), kinds: [.apiKey],
            credential: name.map(Self.id))
        return try await tree.store.read { [path = tree.global.path] tx in
            try tx.usage(.within(path), filter, by: grouping, limit: 1000)
        }
    }

    func callers(_ name: Unicode.Scalar) async throws -> CredentialCallers {
        try await tree.store.read { [path = tree.europe.path] tx in
            try tx.callers(of: Self.id(name), in: path.last, since: Instant(seconds: 0))
        }
    }

    private static func id(_ name: Unicode.Scalar) -> ID<AnyEntity> { ID(value: UInt128(name.value)) }
}
