import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import TestSupport
import Testing

@Suite("The tables of what must be remembered for a while")
struct MemoryTableTests {
    private let start = Instant(seconds: 1_790_000_000)

    @Test(arguments: StoreUnderTest.allCases)
    func `a revoked token is remembered until it would have expired`(_ engine: StoreUnderTest) async throws {
        try await engine.open { store in
            let client = ClientID.integration(ID(at: 1))
            let tokens = [1, 2, 3].map { (id: ID<AccessToken>(at: $0), end: start.adding(seconds: Int($0) * 10)) }
            try await store.write { tx in
                for token in tokens { try tx.insertRevokedToken(token.id, client: client, expiresAt: token.end) }
                try tx.insertRevokedToken(tokens[0].id, client: client, expiresAt: tokens[2].end)
            }
            let live = try await store.read { tx in try tx.revokedTokens(liveAt: tokens[0].end).map(\.0) }
            #expect(live == [tokens[1].id, tokens[2].id])
            let count = try await store.read { tx in
                [
                    try tx.revokedTokenCount(client: client, liveAt: start),
                    try tx.revokedTokenCount(client: client, liveAt: start, upTo: 2),
                    try tx.revokedTokenCount(client: .integration(ID(at: 2)), liveAt: start),
                ]
            }
            #expect(count == [3, 2, 0])
            let swept = try await store.write { tx in
                [
                    try tx.sweepRevokedTokens(before: tokens[2].end, limit: 1),
                    try tx.sweepRevokedTokens(before: tokens[2].end, limit: 10),
                ]
            }
            #expect(swept == [1, 1])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a reply is kept for its actor and key, replaced once too old, and swept`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.open { store in
            let first = IdempotentReply(requestDigest: [1], sealed: [2], createdAt: start)
            let second = IdempotentReply(requestDigest: [3], sealed: [4], createdAt: start.adding(seconds: 90_000))
            try await store.write { tx in
                try tx.keep(first, actor: "key_a", key: "k")
                try tx.keep(first, actor: "key_b", key: "k")
            }
            #expect(
                try await store.read { tx in
                    try tx.idempotentReply(actor: "key_a", key: "k", notBefore: first.createdAt)
                }
                    == first)
            #expect(
                try await store.read { tx in
                    try tx.idempotentReply(actor: "key_a", key: "l", notBefore: first.createdAt)
                }
                    == nil)
            try await store.write { tx in try tx.keep(second, actor: "key_a", key: "k") }
            #expect(
                try await store.read { tx in
                    try tx.idempotentReply(actor: "key_a", key: "k", notBefore: second.createdAt)
                } == second)
            #expect(
                try await store.write { tx in try tx.sweepIdempotentReplies(before: second.createdAt, limit: 10) } == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a version of a key exists once, and goes when it is kept no longer`(_ engine: StoreUnderTest) async throws {
        try await engine.open { store in
            let row = KeyRingRow(
                purpose: "sealing", version: 1, sealed: [1, 2], createdAt: start, usedFrom: start, retiresAt: nil)
            try await store.write { tx in try tx.insert(row) }
            await #expect(throws: StoreError.self) { try await store.write { tx in try tx.insert(row) } }
            let end = start.adding(seconds: 10)
            try await store.write { tx in try tx.retire(keyRing: "sealing", version: 1, at: end) }
            #expect(try await store.read { tx in try tx.keyRingRows() }.map(\.retiresAt) == [end])
            #expect(try await store.write { tx in try tx.sweepKeyRing(before: end, limit: 9) } == 0)
            #expect(try await store.write { tx in try tx.sweepKeyRing(before: end.adding(seconds: 1), limit: 9) } == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `of a client's secrets those with an end are swept after it`(_ engine: StoreUnderTest) async throws {
        try await SampleTree.open(on: engine) { tree in
            let id = try await tree.integration(in: tree.global).credential.id
            _ = try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.rotate(id, in: tree.global.id, overlapSeconds: 60, as: SampleTree.theOperator, tx: tx)
            }
            let end = tree.clock.current.adding(seconds: 60)
            let sweep = { (time: Instant) in
                try await tree.store.write { tx in try tx.sweepClientSecrets(before: time, limit: 10) }
            }
            #expect(try await sweep(end) == 0)
            #expect(try await sweep(end.adding(seconds: 1)) == 1)
            let left = try await tree.store.read { tx in try tx.clientSecrets(of: .integration(id)) }
            #expect(left.map(\.expiresAt) == [nil])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a secret's use is noted forward only`(_ engine: StoreUnderTest) async throws {
        try await SampleTree.open(on: engine) { tree in
            let id = try await tree.integration(in: tree.global).credential.id
            let secret = try #require(
                try await tree.store.read { tx in try tx.clientSecrets(of: .integration(id)) }.first)
            let secretID = secret.id
            try await tree.store.write { tx in
                try tx.recordUse(
                    clientSecret: secretID, of: .integration(id), at: Instant(seconds: 20),
                    address: IPAddress("2001:db8::1"))
                try tx.recordUse(clientSecret: secretID, of: .integration(id), at: Instant(seconds: 10), address: nil)
            }
            let after = try await tree.store.read { tx in try tx.clientSecrets(of: .integration(id)) }.first
            let use = LastUse(at: Instant(seconds: 20), address: IPAddress("2001:db8::1"), count: 2)
            #expect(after?.lastUse == use)
            let listed = try await tree.store.read { tx in
                try tx.integrations(.organization(tree.global.path), IntegrationQuery(), limit: 1, countingTo: 1)
            }
            #expect(listed.page.items.map(\.lastUse) == [use], "The use outlives the secret that it was by.")
        }
    }
}
