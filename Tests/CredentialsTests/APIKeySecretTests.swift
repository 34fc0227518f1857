import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("The secrets of an API key", .onEveryEngine)
struct APIKeySecretTests {
    @Test func `a key has one secret, which has its hint, until a rotation leaves the one before it working`()
        async throws
    {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            let made = tree.clock.current
            let only = try #require(try await secrets(of: issued, tree).first)
            #expect(try await secrets(of: issued, tree).count == 1)
            #expect(only.hint == issued.credential.hint)
            #expect(only.createdAt == made)
            #expect(only.expiresAt == nil)
            let rotated = try await rotate(issued, overlap: 60, tree)
            let both = try await secrets(of: issued, tree)
            #expect(both.map(\.expiresAt) == [tree.clock.current.adding(seconds: 60), nil])
            #expect(both.map(\.hint) == [issued.credential.hint, rotated.credential.hint])
            #expect(both.map(\.createdAt) == [made, tree.clock.current])
            #expect(both[0].id == only.id)
            #expect(both[1].id != only.id)
            tree.clock.advance(seconds: 60)
            #expect(try await secrets(of: issued, tree).map(\.id) == [both[1].id])
        }
    }

    @Test func `each secret counts its own uses, also those that are written down after the rotation`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            let first = issued.credential.rotatedAt
            let address = IPAddress("192.0.2.7")
            let used = tree.clock.current
            try await use(issued, madeAt: first, at: used, from: address, tree)
            // Never rotated: what the key was used, its secret was.
            #expect(try await secrets(of: issued, tree).map(\.lastUse) == [LastUse(at: used, address: address)])
            let second = try await rotate(issued, overlap: 600, tree).credential.rotatedAt
            #expect(
                try await secrets(of: issued, tree).map(\.lastUse) == [LastUse(at: used, address: address), nil])
            tree.clock.advance(seconds: 5)
            try await use(issued, madeAt: second, at: tree.clock.current, from: nil, tree)
            // Counted before the rotation, by a node that wrote it down late.
            try await use(issued, madeAt: first, at: used.adding(seconds: -1), from: nil, tree)
            #expect(
                try await secrets(of: issued, tree).map(\.lastUse) == [
                    LastUse(at: used, address: address, count: 2), LastUse(at: tree.clock.current, address: nil),
                ])
            // The key has them all.
            let key = try await tree.store.read { tx in try tx.apiKey(issued.credential.id) }
            #expect(key?.lastUse == LastUse(at: tree.clock.current, address: nil, count: 3))
            // The third secret begins at nothing, and the first one's uses are no longer anybody's.
            _ = try await rotate(issued, overlap: 600, force: true, tree)
            #expect(
                try await secrets(of: issued, tree).map(\.lastUse?.count) == [1, nil])
            try await use(issued, madeAt: first, at: tree.clock.current, from: nil, tree)
            #expect(try await secrets(of: issued, tree).map(\.lastUse?.count) == [1, nil])
        }
    }

    @Test func `a rotation in the millisecond of the one before it gives the secrets times of their own`() async throws
    {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            for _ in 0..<3 { _ = try await rotate(issued, after: 0, overlap: 60, force: true, tree) }
            let both = try await secrets(of: issued, tree)
            #expect(Set(both.map(\.id)).count == 2)
            #expect(both[0].createdAt < both[1].createdAt)
        }
    }

    @Test func `of a key that was rotated before uses were counted for each secret, none is made up`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            try await use(issued, madeAt: nil, at: tree.clock.current, from: nil, tree)
            _ = try await rotate(issued, overlap: 60, tree)
            // As the version before left it.
            let id = issued.credential.id
            try await tree.store.write { tx in
                _ = try tx.execute(
                    """
                    UPDATE api_key SET counted_since = NULL, previous_hint = NULL, previous_created_at = NULL,
                    previous_used_at = NULL, previous_uses = 0 WHERE id = \(id)
                    """)
            }
            #expect(try await secrets(of: issued, tree).map(\.lastUse) == [nil, nil])
            #expect(try await secrets(of: issued, tree).map(\.isCounted) == [false, true], "None is not never.")
            tree.clock.advance(seconds: 1)
            try await use(issued, madeAt: nil, at: tree.clock.current, from: nil, tree)
            #expect(try await secrets(of: issued, tree).map(\.lastUse?.at) == [nil, tree.clock.current])
        }
    }

    @Test func `the older secret can be extended within bounds and the life of its key, and ended`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            _ = try await rotate(issued, overlap: 60, lifetime: 3600, tree)
            let older = try #require(try await secrets(of: issued, tree).first)
            let end = tree.clock.current.adding(seconds: 3600)
            let longest = tree.clock.current.adding(seconds: tree.product.policy.secretOverlapMaximumSeconds)
            for wrong in [tree.clock.current, end.next, longest, longest.adding(seconds: 1)] {
                await #expect(throws: Refusal.self) { try await extend(older, of: issued, to: wrong, tree) }
            }
            let heard = Heard(on: tree.store)
            try await extend(older, of: issued, to: end, tree)
            #expect(try await secrets(of: issued, tree).first?.expiresAt == end)
            try await self.end(older, of: issued, tree)
            #expect(try await secrets(of: issued, tree).map(\.expiresAt) == [nil])
            #expect(heard.changes == Array(repeating: .apiKey(issued.credential.id), count: 2))
            await #expect(throws: Refusal.notFound) { try await self.end(older, of: issued, tree) }
            let events = Set(try await tree.auditEvents().map(\.action))
            #expect(events.isSuperset(of: ["api-key.secret-ended", "api-key.secret-extended"]))
            #expect(try await tree.store.read { tx in try tx.apiKey(issued.credential.id) }?.revision == 4)
        }
    }

    @Test func `the secret in force can be neither ended nor given an end, and an ended one is not revived`()
        async throws
    {
        try await SampleTree.open { tree in
            let issued = try await tree.key(in: tree.global)
            let only = try #require(try await secrets(of: issued, tree).first)
            let soon = tree.clock.current.adding(seconds: 120)
            await #expect(throws: Refusal.self) { try await end(only, of: issued, tree) }
            await #expect(throws: Refusal.self) { try await extend(only, of: issued, to: soon, tree) }
            _ = try await rotate(issued, overlap: 60, tree)
            tree.clock.advance(seconds: 60)
            await #expect(throws: Refusal.notFound) { try await extend(only, of: issued, to: soon, tree) }
        }
    }

    @Test func `a secret of another key is as if it did not exist, and who may not change the key may not change it`()
        async throws
    {
        try await SampleTree.open { tree in
            let mine = try await tree.key(in: tree.global)
            let other = try await tree.key(in: tree.europe)
            _ = try await rotate(other, overlap: 60, tree)
            let foreign = try #require(try await secrets(of: other, tree).first)
            await #expect(throws: Refusal.notFound) { try await end(foreign, of: mine, tree) }
            let reader = tree.caller(of: tree.global, [.apiKeysRead])
            await #expect(throws: Refusal.forbidden(.apiKeysManage)) {
                try await end(foreign, of: other, as: reader, tree)
            }
            let sibling = tree.caller(of: tree.northAmerica)
            await #expect(throws: Refusal.notFound) { try await end(foreign, of: other, as: sibling, tree) }
            #expect(try await secrets(of: other, tree).count == 2)
        }
    }

    private func rotate(
        _ issued: Issued<APIKey>, after seconds: Int = 1, overlap: Int, lifetime: Int? = nil, force: Bool = false,
        _ tree: SampleTree
    ) async throws -> Issued<APIKey> {
        tree.clock.advance(seconds: seconds)
        return try await tree.store.write { [keys = tree.apiKeys] tx in
            try keys.rotate(
                issued.credential.id, in: issued.credential.organization, overlapSeconds: overlap,
                lifetimeSeconds: lifetime, force: force, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func use(
        _ issued: Issued<APIKey>, madeAt: Instant?, at time: Instant, from address: IPAddress?, _ tree: SampleTree
    ) async throws {
        try await tree.store.write { tx in
            try tx.recordUse(apiKey: issued.credential.id, secretMadeAt: madeAt, at: time, address: address)
        }
    }

    private func secrets(of issued: Issued<APIKey>, _ tree: SampleTree) async throws -> [APIKeySecret] {
        try await tree.store.read { [keys = tree.apiKeys] tx in
            try keys.secrets(
                of: issued.credential.id, in: issued.credential.organization, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func extend(
        _ secret: APIKeySecret, of issued: Issued<APIKey>, to end: Instant, _ tree: SampleTree
    ) async throws {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            _ = try keys.extendSecret(
                secret.id, of: issued.credential.id, in: issued.credential.organization, until: end,
                as: SampleTree.theOperator, tx: tx)
        }
    }

    private func end(
        _ secret: APIKeySecret, of issued: Issued<APIKey>, as actor: Actor = SampleTree.theOperator, _ tree: SampleTree
    ) async throws {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            try keys.endSecret(
                secret.id, of: issued.credential.id, in: issued.credential.organization, as: actor, tx: tx)
        }
    }
}
