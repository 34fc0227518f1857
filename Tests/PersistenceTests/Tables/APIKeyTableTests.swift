import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("The table of API keys")
struct APIKeyTableTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `a key is found by the digest of its secret, with its path and its account's standing`(
        _ engine: StoreUnderTest
    ) async throws {
        try await SampleTree.open(on: engine) { tree in
            let issued = try await tree.key(in: tree.france)
            let digest = try digest(of: issued.secret, tree)
            let found = try #require(
                try await tree.store.read { tx in try tx.apiKeyForVerification(matching: digest) })
            #expect(found.key == issued.credential)
            #expect(found.organization == tree.france.path)
            #expect(found.accountSuspendedAt == nil)
            #expect(!found.accountIsOperator)
            #expect(!found.isPrevious)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a digest that no key has finds nothing`(_ engine: StoreUnderTest) async throws {
        try await SampleTree.open(on: engine) { tree in
            let issued = try await tree.key(in: tree.global)
            let right = try digest(of: issued.secret, tree)
            var bytes = right.bytes
            bytes[0] ^= 1
            let wrong = try #require(SecretDigest(stored: bytes, pepperVersion: right.pepperVersion))
            let otherPepper = try #require(SecretDigest(stored: right.bytes, pepperVersion: right.pepperVersion + 1))
            for digest in [wrong, otherPepper] {
                #expect(try await tree.store.read { tx in try tx.apiKeyForVerification(matching: digest) } == nil)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the secret before a rotation with an overlap is found as such, without an overlap not at all`(
        _ engine: StoreUnderTest
    ) async throws {
        try await SampleTree.open(on: engine) { tree in
            let issued = try await tree.key(in: tree.global)
            let id = issued.credential.id
            let first = try digest(of: issued.secret, tree)
            let second = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.rotate(id, in: tree.global.id, overlapSeconds: 60, as: SampleTree.theOperator, tx: tx)
            }
            let found = try #require(
                try await tree.store.read { tx in try tx.apiKeyForVerification(matching: first) })
            #expect(found.isPrevious)
            #expect(found.key == second.credential)
            #expect(found.key.previousExpiresAt == tree.clock.current.adding(seconds: 60))
            tree.clock.advance(seconds: 61)
            _ = try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.rotate(id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
            for gone in [first, try digest(of: second.secret, tree)] {
                #expect(try await tree.store.read { tx in try tx.apiKeyForVerification(matching: gone) } == nil)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a use is counted and noted forward only, and leaves the revision alone`(_ engine: StoreUnderTest) async throws
    {
        try await SampleTree.open(on: engine) { tree in
            let id = try await tree.key(in: tree.global).credential.id
            let later = Instant(seconds: 2000)
            let address = IPAddress("192.0.2.7")
            try await tree.store.write { tx in
                try tx.recordUse(apiKey: id, at: later, address: address)
                try tx.recordUse(apiKey: id, at: Instant(seconds: 1000), address: nil)
            }
            let key = try await tree.store.read { tx in try tx.apiKey(id) }
            #expect(key?.lastUse == LastUse(at: later, address: address, count: 2))
            #expect(key?.revision == 1)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the live keys of an account are counted, without the expired and other accounts'`(
        _ engine: StoreUnderTest
    ) async throws {
        try await SampleTree.open(on: engine) { tree in
            for organization in [tree.global, tree.europe, tree.france] { _ = try await tree.key(in: organization) }
            _ = try await tree.key(in: tree.stranger)
            let count = { (most: Int, now: Instant) in
                try await tree.store.read { tx in
                    try tx.placeForAPIKey(tree.france.id, countingTo: most, at: now)?.liveKeys
                }
            }
            let now = tree.clock.current
            #expect(try await count(4, now) == 3)
            #expect(try await count(2, now) == 2)
            #expect(try await count(4, now.adding(seconds: 400 * 86_400)) == 0)
            #expect(try await count(0, now) == 0)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `the last key with a scope is one with that very scope, letter by letter`(_ engine: StoreUnderTest)
        async throws
    {
        try await SampleTree.open(on: engine) { tree in
            let key = try await tree.key(in: tree.global).credential
            try await tree.store.write { tx in
                _ = try tx.execute("UPDATE api_key SET scopes = \("a.b readXall 100x c.d") WHERE id = \(key.id)")
            }
            func end(of scope: String) async throws -> Instant? {
                let scope = try #require(Scope(scope))
                return try await tree.store.read { tx in
                    try tx.lastEnd(ofAPIKeysWith: scope, account: tree.global.account, at: tree.clock.current)
                }
            }
            for scope in ["a.b", "readXall", "100x", "c.d"] { #expect(try await end(of: scope) == key.expiresAt) }
            for scope in ["read_all", "readxall", "100%", "%", "a", "b", "d"] {
                #expect(try await end(of: scope) == nil, "\(scope)")
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a sweep removes the longest expired first, and no more than it may`(_ engine: StoreUnderTest) async throws {
        try await SampleTree.open(on: engine) { tree in
            var ids: [ID<APIKey>] = []
            for _ in 0..<3 { ids.append(try await tree.key(in: tree.global).credential.id) }
            let last = ids[2]
            let end = try #require(try await tree.store.read { tx in try tx.apiKey(last) }).expiresAt
            let sweep = { try await tree.store.write { tx in try tx.sweepAPIKeys(before: end, limit: 1) } }
            for expected in [1, 1, 0] { #expect(try await sweep() == expected) }
            let left = try await tree.store.read { tx in
                try tx.apiKeys(.organization(tree.global.path), after: nil, limit: 10)
            }
            #expect(left.map(\.id) == [last])
        }
    }

    @Test(arguments: ["192.0.2.0/24 nonsense", "", "  ", "192.0.2.0/33"])
    func `an address rule that cannot be read is an error, not anywhere`(_ text: String) async throws {
        try await SampleTree.open { tree in
            let id = try await tree.key(in: tree.global).credential.id
            try await tree.store.write { tx in
                _ = try tx.execute("UPDATE api_key SET addresses = \(text) WHERE id = \(id)")
            }
            await #expect(throws: StoreError.self) { try await tree.store.read { tx in try tx.apiKey(id) } }
        }
    }

    private func digest(of secret: String, _ tree: SampleTree) throws -> SecretDigest {
        let presented = try #require(PresentedSecret(parsing: Array(secret.utf8), brand: tree.product.brand))
        return presented.digest(under: tree.peppers.newest)
    }
}
