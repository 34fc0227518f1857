import CredentialFormat
import Credentials
import Model
import Policy
import ProductDefinition
import TestSupport
import Testing
import Verification

@Suite("A flood (K8)", .onEveryEngine)
struct FloodTests {
    @Test func `100,000 keys that nobody made fill no memory, seldom reach the store, and stop nobody`() async throws {
        let bounds = VerifierMemory.Bounds(credentials: 64, clients: 16, organizations: 64, unknown: 256)
        try await SampleDesk.open(memory: bounds, limit: LookUpLimit(perAddress: 50, overall: 1000)) { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            #expect(try await desk.verdict(key.secret).rule == nil)
            let before = desk.store.reads
            let ends = await race(4) { number in
                var counts = (unknown: 0, limited: 0)
                for round in 0..<25_000 {
                    let secret = MintedSecret(.apiKey, brand: desk.tree.product.brand).reveal()
                    do {
                        let address = "10.\(number).\(round >> 8 & 255).\(round & 255)"
                        guard try await desk.verdict(secret, from: address).rule == .unknown else { throw Unexpected() }
                        counts.unknown += 1
                    } catch is LookUpRefused {
                        counts.limited += 1
                    }
                    guard round % 1000 == 0 else { continue }
                    guard try await desk.verdict(key.secret).rule == nil else { throw Unexpected() }
                    let held = desk.verifier.memory.counts
                    guard held.unknown <= 512, held.credentials <= 64, held.organizations <= 64 else {
                        throw Unexpected()
                    }
                }
                return counts
            }
            let counts = try ends.map { try $0.get() }
            let unknown = counts.reduce(0) { $0 + $1.unknown }
            // The clock stands still, so no more than the bursts come through: that of all callers, and of the reserve what it
            // takes for a repetition.
            #expect((2000...2050).contains(unknown))
            #expect(counts.reduce(0) { $0 + $1.limited } == 100_000 - unknown)
            // And one reading of what had been announced, when the limit was first met.
            #expect(desk.store.reads - before == unknown + 1)
        }
    }

    @Test func `who floods is limited, others find their keys`() async throws {
        try await SampleDesk.open(limit: LookUpLimit(perAddress: 5, overall: 1000)) { desk in
            let brand = desk.tree.product.brand
            let key = try await desk.tree.key(in: desk.tree.europe)
            for _ in 0..<10 {
                #expect(
                    try await desk.verdict(MintedSecret(.apiKey, brand: brand).reveal(), from: "192.0.2.1").rule != nil)
            }
            await #expect(throws: LookUpRefused.self) {
                try await desk.verdict(MintedSecret(.apiKey, brand: brand).reveal(), from: "192.0.2.1")
            }
            // Cold, but from elsewhere.
            #expect(try await desk.verdict(key.secret, from: "192.0.2.2").rule == nil)
            // Known by now, so the one who floods gets an answer to it as well.
            #expect(try await desk.verdict(key.secret, from: "192.0.2.1").rule == nil)
        }
    }

    @Test func `clients that do not exist and organizations that do not exist are limited too`() async throws {
        try await SampleDesk.open(limit: LookUpLimit(perAddress: 5, overall: 1000)) { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            for _ in 0..<10 {
                #expect(try await desk.verdict(key.secret, from: "192.0.2.1", in: ID(at: 0)).rule == .organization)
            }
            await #expect(throws: LookUpRefused.self) {
                try await desk.verdict(key.secret, from: "192.0.2.1", in: ID(at: 0))
            }
            let secret = MintedSecret(.clientSecret, brand: desk.tree.product.brand).reveal()
            await #expect(throws: LookUpRefused.self) {
                let client = SampleClient(id: ID<Integration>(at: 0).description, secret: secret)
                _ = try await desk.token(client, from: "192.0.2.1")
            }
        }
    }

    @Test func `look-ups that find something are not limited`() async throws {
        try await SampleDesk.open(
            memory: .init(credentials: 1, clients: 1, organizations: 1, unknown: 1),
            limit: LookUpLimit(perAddress: 1, overall: 1)
        ) { desk in
            let keys = [try await desk.tree.key(in: desk.tree.europe), try await desk.tree.key(in: desk.tree.france)]
            for _ in 0..<20 {
                for key in keys { #expect(try await desk.verdict(key.secret, from: "192.0.2.1").rule == nil) }
            }
            #expect(desk.store.reads >= 20)
        }
    }

    @Test func `an old key that memory lost gets in when it is shown again`() async throws {
        try await SampleDesk.open { first in
            let key = try await first.tree.key(in: first.tree.europe)
            // As after a restart: nothing was announced.
            let desk = SampleDesk(first.tree, limit: LookUpLimit(perAddress: 5, overall: 1000, reserve: 2))
            let brand = desk.tree.product.brand
            for _ in 0..<10 { _ = try await desk.verdict(MintedSecret(.apiKey, brand: brand).reveal()) }
            await #expect(throws: LookUpRefused.self) { try await desk.verdict(key.secret) }
            #expect(try await desk.verdict(key.secret).rule == nil)
        }
    }

    @Test func `one reading of what was announced serves all that meet the limit together`() async throws {
        try await SampleDesk.open(limit: LookUpLimit(perAddress: 1, overall: 1, reserve: 1)) { desk in
            let brand = desk.tree.product.brand
            var keys: [Issued<APIKey>] = []
            for _ in 0..<8 { keys.append(try await desk.tree.key(in: desk.tree.europe)) }
            for _ in 0..<2 { _ = try await desk.verdict(MintedSecret(.apiKey, brand: brand).reveal()) }
            let secrets = keys.map(\.secret)
            let before = desk.store.reads
            let verdicts = await race(8) { number in try await desk.verdict(secrets[number]).rule }
            for verdict in verdicts { #expect(try verdict.get() == nil) }
            // One for the announced, and each its own.
            #expect(desk.store.reads - before == 9)
            for _ in 0..<20 {
                await #expect(throws: LookUpRefused.self) {
                    try await desk.verdict(MintedSecret(.apiKey, brand: brand).reveal())
                }
            }
            #expect(desk.store.reads - before == 9)
        }
    }

    @Test func `what had to leave memory is read again and never believed`() async throws {
        try await SampleDesk.open(memory: .init(credentials: 4, clients: 4, organizations: 4, unknown: 4)) { desk in
            var keys: [Issued<APIKey>] = []
            for _ in 0..<12 { keys.append(try await desk.tree.key(in: desk.tree.europe)) }
            for key in keys { #expect(try await desk.verdict(key.secret).rule == nil) }
            #expect(desk.verifier.memory.counts.credentials <= 4)
            for key in keys {
                try await desk.change { tx, service in
                    _ = try service.disable(
                        key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
                }
            }
            for key in keys { #expect(try await desk.verdict(key.secret).rule == .disabled) }
        }
    }
}

private struct Unexpected: Error {}

@Suite("The limit of look-ups")
struct LookUpLimitTests {
    private let now = FixedClock().current

    @Test func `an address has a burst, then a rate`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000)
        #expect(taken(limit, "192.0.2.1", 100, at: now) == 10)
        #expect(taken(limit, "192.0.2.1", 100, at: now.adding(seconds: 1)) == 5)
        #expect(taken(limit, "192.0.2.1", 100, at: now.adding(seconds: 3600)) == 10)
    }

    @Test func `all addresses together have one too, and what it refuses costs the address nothing`() {
        let limit = LookUpLimit(perAddress: 5, overall: 10)
        #expect((1...10).reduce(0) { $0 + taken(limit, "192.0.2.\($1)", 10, at: now) } == 20)
        #expect(taken(limit, "198.51.100.1", 10, at: now) == 0)
        #expect(taken(limit, "198.51.100.1", 10, at: now.adding(seconds: 1)) == 10)
    }

    @Test func `an IPv6 host counts with its /64 (S8)`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000)
        let all = (0..<100).reduce(0) { $0 + taken(limit, "2001:db8:1:2::\(String($1, radix: 16))", 1, at: now) }
        #expect(all == 10)
        // Addresses share buckets, so not each single other network is free, but most are.
        let others = (0..<20).filter { taken(limit, "2001:db8:1:\(String($0 + 3, radix: 16))::1", 1, at: now) == 1 }
        #expect(others.count >= 15)
    }

    @Test func `an IPv4 address in IPv6 clothes is the same one (S8)`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000)
        #expect(taken(limit, "192.0.2.1", 10, at: now) == 10)
        #expect(taken(limit, "::ffff:192.0.2.1", 10, at: now) == 0)
    }

    @Test func `what is given back may be taken again, but no more than the burst`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000)
        #expect(taken(limit, "192.0.2.1", 10, at: now) == 10)
        let party = LookUpParty.caller(IPAddress("192.0.2.1"))
        let later = now.adding(seconds: 3600)
        for _ in 0..<100 {
            if let permit = limit.take(for: party, of: Int.random(in: 0 ... .max), at: later) { limit.giveBack(permit) }
        }
        #expect(taken(limit, "192.0.2.1", 100, at: later) == 10)
    }

    @Test func `callers of unknown address share one budget`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000)
        #expect(taken(limit, .caller(nil), 100, at: now) == 10)
    }

    @Test func `a clock that is set back stops nobody for longer than the rate does`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000)
        #expect(taken(limit, "192.0.2.1", 10, at: now) == 10)
        #expect(taken(limit, "192.0.2.1", 10, at: now.adding(seconds: -60)) == 0)
        #expect(taken(limit, "192.0.2.1", 10, at: now.adding(seconds: -59)) == 5)
    }

    @Test func `who asks for others has a share of its own, which neither callers nor other askers use up`() {
        let limit = LookUpLimit(perAddress: 5, overall: 10, perAsker: 10, reserve: 1)
        let askers = (1...6).map { ClientID.resourceServer(ID(at: $0)) }
        for number in 0..<10 { _ = taken(limit, "192.0.2.\(number)", 100, at: now) }
        #expect(taken(limit, "198.51.100.1", 10, at: now) == 0)
        #expect(taken(limit, .asker(askers[0], caller: nil), 100, at: now) == 20)
        // Clients share buckets, so not each single other one has its own.
        #expect(askers.dropFirst().reduce(0) { $0 + taken(limit, .asker($1, caller: nil), 100, at: now) } == 20)
        #expect(taken(limit, .asker(askers[0], caller: nil), 100, at: now.adding(seconds: 1)) == 10)
    }

    @Test func `where an asker names the caller, one caller stops no other`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000, perAsker: 100, reserve: 1)
        let asker = ClientID.resourceServer(ID(at: 1))
        #expect(taken(limit, .asker(asker, caller: IPAddress("192.0.2.1")), 100, at: now) == 10)
        let others = (1...3).map { taken(limit, .asker(asker, caller: IPAddress("198.51.100.\($0)")), 100, at: now) }
        #expect(others.contains(10))
        // Nor does one that comes by itself.
        #expect(taken(limit, "192.0.2.1", 100, at: now) == 10)
        // Made-up addresses end at the asker's share.
        let all = (0..<400).reduce(0) {
            $0 + taken(limit, .asker(asker, caller: IPAddress("10.0.\($1 / 200).\($1 % 200)")), 1, at: now)
        }
        #expect(all == 200 - 10 - others.reduce(0, +))
    }

    @Test func `what was refused and comes again gets in by the reserve, what is new each time does not`() {
        let limit = LookUpLimit(perAddress: 5, overall: 1000, reserve: 3)
        let party = LookUpParty.caller(IPAddress("192.0.2.1"))
        #expect(taken(limit, party, 1000, at: now) == 10)
        let things = (0..<100).map { _ in Int.random(in: 0 ... .max) }
        #expect(things.filter { limit.take(for: party, of: $0, at: now) != nil }.isEmpty)
        // Within the burst of the reserve, and later within its rate.
        #expect(things.filter { limit.take(for: party, of: $0, at: now) != nil }.count == 6)
        _ = taken(limit, party, 100, at: now.adding(seconds: 1))
        #expect(things.filter { limit.take(for: party, of: $0, at: now.adding(seconds: 1)) != nil }.count == 3)
        // Ten seconds later nothing is known of them.
        _ = taken(limit, party, 100, at: now.adding(seconds: 11))
        #expect(things.filter { limit.take(for: party, of: $0, at: now.adding(seconds: 11)) != nil }.isEmpty)
    }

    private func taken(_ limit: LookUpLimit, _ address: String, _ count: Int, at now: Instant) -> Int {
        taken(limit, .caller(IPAddress(address)), count, at: now)
    }

    /// How many of so many look-ups of different things are permitted.
    private func taken(_ limit: LookUpLimit, _ party: LookUpParty, _ count: Int, at now: Instant) -> Int {
        (0..<count).filter { _ in limit.take(for: party, of: Int.random(in: 0 ... .max), at: now) != nil }.count
    }
}
