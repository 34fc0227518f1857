import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import TestSupport
import Testing
import Verification

@Suite("Counting uses", .onEveryEngine)
struct UsageTests {
    @Test func `verifying, issuing and introspecting write nothing (law 6)`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let before = try #require(desk.tree.store.commitCount)
            for _ in 0..<3 {
                let token = try await desk.token(client).text
                #expect(try await desk.verdict(token).rule == nil)
                #expect(try await desk.verdict(key.secret).rule == nil)
                #expect(try await desk.introspect(key.secret, as: server) != nil)
                #expect(try await desk.introspect(token, as: client) != nil)
            }
            #expect(desk.tree.store.commitCount == before)
            #expect(desk.store.writes == 0)
            #expect(try await use(of: key, desk) == nil)
        }
    }

    @Test func `the last use is written at the next flush, once for many`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            for number in 1...20 {
                desk.tree.clock.advance(seconds: 1)
                #expect(try await desk.verdict(key.secret, from: "192.0.2.\(number)").rule == nil)
            }
            try await desk.verifier.usage.flush()
            #expect(desk.store.writes == 1)
            #expect(try await use(of: key, desk) == LastUse(at: desk.now, address: IPAddress("192.0.2.20"), count: 20))
            try await desk.verifier.usage.flush()
            #expect(desk.store.writes == 1)
        }
    }

    @Test func `a token of an app is a use of the app and of the grant that it came from`() async throws {
        try await SampleDesk.open { desk in
            let tree = desk.tree
            let app = try await desk.app(in: tree.global)
            let (ada, bob) = (
                try await desk.signedIn(in: tree.global),
                try await desk.signedIn(in: tree.global, email: "bob@example.com")
            )
            let tokens = try await desk.consented(to: app, in: tree.europe, as: ada)
            // Lists stand in the order of making, and no order is known within a moment.
            tree.clock.advance(seconds: 1)
            _ = try await desk.consented(to: app, in: tree.europe, as: bob)
            func told() async throws -> (app: LastUse?, grants: [DescribedGrant]) {
                try await desk.verifier.usage.flush()
                return try await tree.store.read { tx in
                    (
                        try tx.listedApp(app.app.id)?.lastUse,
                        try tx.grants(.within(tree.global.path), after: nil, limit: 9)
                    )
                }
            }
            let before = try await told()
            #expect(before.app?.count == 2, "Tokens were fetched by its secret, twice.")
            #expect(before.grants.map(\.lastUse) == [nil, nil])
            let given = try #require(before.grants.first?.lastUsedAt, "Tokens were fetched by it.")
            tree.clock.advance(seconds: 60)
            for address in ["192.0.2.1", "192.0.2.2"] {
                #expect(try await desk.verdict(tokens.accessToken, from: address).rule == nil)
            }
            #expect(try await desk.verdict(tokens.accessToken, scopes: ["reports.read"]).caller == nil)
            let use = LastUse(at: desk.now, address: IPAddress("192.0.2.2"), count: 2)
            let after = try await told()
            #expect(after.app == LastUse(at: use.at, address: use.address, count: 4))
            #expect(after.grants.map(\.lastUse) == [use, nil])
            #expect(after.grants.map(\.lastUsedAt) == [desk.now, before.grants[1].lastUsedAt])
            #expect(given < desk.now)
            tree.clock.advance(seconds: 60)
            _ = try await desk.refresh(tokens.refreshToken, for: app)
            #expect(try await told().grants.map(\.lastUsedAt) == [desk.now, before.grants[1].lastUsedAt])
        }
    }

    @Test func `a refused call is no use`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            #expect(try await desk.verdict(key.secret, scopes: ["data.write"]).caller == nil)
            try await desk.verifier.usage.flush()
            #expect(try await use(of: key, desk) == nil)
            #expect(desk.store.writes == 0)
        }
    }

    @Test func `an older use never overwrites a newer one, and counts all the same`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            let late = SampleDesk(desk.tree)
            #expect(try await late.verdict(key.secret, from: "192.0.2.1").rule == nil)
            desk.tree.clock.advance(seconds: 10)
            #expect(try await desk.verdict(key.secret, from: "192.0.2.2").rule == nil)
            try await desk.verifier.usage.flush()
            try await late.verifier.usage.flush()
            let newest = LastUse(at: desk.now, address: IPAddress("192.0.2.2"), count: 2)
            #expect(try await use(of: key, desk) == newest)
            // Nor within one ledger, when the clock is set back.
            desk.tree.clock.advance(seconds: 10)
            let end = LastUse(at: desk.now, address: IPAddress("192.0.2.3"), count: 4)
            #expect(try await desk.verdict(key.secret, from: "192.0.2.3").rule == nil)
            desk.tree.clock.advance(seconds: -5)
            #expect(try await desk.verdict(key.secret, from: "192.0.2.4").rule == nil)
            try await desk.verifier.usage.flush()
            #expect(try await use(of: key, desk) == end)
        }
    }

    @Test func `a flush that fails loses nothing`() async throws {
        try await SampleDesk.open { desk in
            var keys: [Issued<APIKey>] = []
            // More than one transaction of a flush holds would need more keys than an account may have.
            for _ in 0..<20 { keys.append(try await desk.tree.key(in: desk.tree.europe)) }
            for key in keys { #expect(try await desk.verdict(key.secret).rule == nil) }
            let firstUse = LastUse(at: desk.now, address: nil)
            desk.store.refusesWrites = true
            await #expect(throws: StoreError.self) { try await desk.verifier.usage.flush() }
            desk.tree.clock.advance(seconds: 5)
            #expect(try await desk.verdict(keys[0].secret, from: "192.0.2.1").rule == nil)
            await #expect(throws: StoreError.self) { try await desk.verifier.usage.flush() }
            desk.store.refusesWrites = false
            try await desk.verifier.usage.flush()
            #expect(
                try await use(of: keys[0], desk) == LastUse(at: desk.now, address: IPAddress("192.0.2.1"), count: 2))
            for key in keys.dropFirst() { #expect(try await use(of: key, desk) == firstUse) }
        }
    }

    @Test func `more uses than one transaction takes are all written, also after a failure`() async throws {
        try await StoreUnderTest.current.open { store in
            let watched = WatchedStore(store)
            let ledger = UsageLedger(store: watched)
            for _ in 0..<1100 { ledger.count(UsageCell(.apiKey(ID(at: 0))), at: FixedClock().current, from: nil) }
            watched.refusesWrites = true
            await #expect(throws: StoreError.self) { try await ledger.flush() }
            watched.refusesWrites = false
            try await ledger.flush()
            // One failed, three of at most 500 went through.
            #expect(watched.writes == 4)
        }
    }

    @Test func `no more wait than may, and what has no place waits for its next use`() async throws {
        #expect(VerifierMemory(.init(bytes: 64 << 20)).waitingUses == 1 << 17)
        try await StoreUnderTest.current.open { store in
            let watched = WatchedStore(store)
            let ledger = UsageLedger(store: watched, capacity: 1000)
            let last = UsageCell(.apiKey(ID(at: 0)))
            for _ in 0..<1000 { ledger.count(UsageCell(.apiKey(ID(at: 0))), at: FixedClock().current, from: nil) }
            ledger.count(last, at: FixedClock().current, from: nil)
            try await ledger.flush()
            #expect(watched.writes == 2)
            #expect(ledger.isEmpty)
            ledger.count(last, at: FixedClock().current, from: nil)
            try await ledger.flush()
            #expect(watched.writes == 3)
        }
    }

    @Test func `a flush writes at most so many, and the rest at the next ones`() async throws {
        try await SampleDesk.open { desk in
            var keys: [Issued<APIKey>] = []
            for _ in 0..<5 { keys.append(try await desk.tree.key(in: desk.tree.europe)) }
            for key in keys { #expect(try await desk.verdict(key.secret).rule == nil) }
            for expected in [2, 4, 5, 5] {
                try await desk.verifier.usage.flush(atMost: 2)
                var written = 0
                for key in keys where try await use(of: key, desk) != nil { written += 1 }
                #expect(written == expected)
            }
        }
    }

    @Test func `a use of a key that is gone meanwhile disturbs nothing`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            let other = try await desk.tree.key(in: desk.tree.europe)
            for key in [key, other] { #expect(try await desk.verdict(key.secret).rule == nil) }
            try await desk.change { tx, keys in
                try keys.delete(key.credential.id, in: key.credential.organization, as: SampleTree.theOperator, tx: tx)
            }
            try await desk.verifier.usage.flush()
            #expect(try await use(of: other, desk)?.at == desk.now)
        }
    }

    @Test func `of the two secrets of a key each has its own uses`() async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.europe)
            // In memory at the rotation, and written down after it.
            #expect(try await desk.verdict(key.secret, from: "192.0.2.1").rule == nil)
            let first = desk.now
            desk.tree.clock.advance(seconds: 1)
            let rotated = try await desk.rotate(key, overlapSeconds: 60)
            desk.tree.clock.advance(seconds: 1)
            for _ in 0..<2 { #expect(try await desk.verdict(rotated.secret, from: "192.0.2.2").rule == nil) }
            let second = desk.now
            try await desk.verifier.usage.flush()
            desk.tree.clock.advance(seconds: 1)
            #expect(try await desk.verdict(key.secret, from: "192.0.2.3").rule == nil)
            try await desk.verifier.usage.flush()
            let secrets = try await desk.tree.store.read { tx in try tx.secrets(ofAPIKey: key.credential.id) }
            #expect(
                secrets.map(\.lastUse) == [
                    LastUse(at: desk.now, address: IPAddress("192.0.2.3"), count: 2),
                    LastUse(at: second, address: IPAddress("192.0.2.2"), count: 2),
                ])
            #expect(first < second)
            #expect(try await use(of: key, desk)?.count == 4)
            try await desk.change { tx, keys in
                try keys.endSecret(
                    secrets[0].id, of: key.credential.id, in: key.credential.organization, as: SampleTree.theOperator,
                    tx: tx)
            }
            #expect(try await desk.verdict(key.secret).rule == .unknown)
            #expect(try await desk.verdict(rotated.secret).rule == nil)
        }
    }

    @Test func `a client's use is noted at the secret that it used`() async throws {
        try await SampleDesk.open { desk in
            let integration = try await desk.tree.integration(in: desk.tree.europe)
            _ = try await desk.token(SampleClient(integration), from: "192.0.2.9")
            try await desk.verifier.usage.flush()
            let id = integration.credential.id
            let secrets = try await desk.tree.store.read { tx in try tx.clientSecrets(of: .integration(id)) }
            #expect(secrets.map(\.lastUse) == [LastUse(at: desk.now, address: IPAddress("192.0.2.9"))])
        }
    }

    private func use(of key: Issued<APIKey>, _ desk: SampleDesk) async throws -> LastUse? {
        try await desk.tree.store.read { tx in try tx.apiKey(key.credential.id)?.lastUse }
    }
}
