import CredentialFormat
import Locking
import Model
import Persistence
import TestSupport
import Testing
import Tokens

@Suite("Key ring: opening", .onEveryEngine)
struct KeyRingOpeningTests {
    @Test func `the first opening makes a key for each purpose, the next finds them`() async throws {
        try await RingUnderTest.open { under in
            let rows = try await under.rows
            #expect(rows.map(\.purpose) == ["pepper", "refresh", "replies", "sealing", "secrets", "signing"])
            #expect(rows.allSatisfy { $0.version == 1 && $0.retiresAt == nil })
            let again = try await under.reopened()
            #expect(again.keys.jwks == under.keys.jwks)
            let secret = MintedSecret(.apiKey, brand: .claviger)
            let digest = secret.digest(under: under.keys.peppers)
            #expect(digest.matches(secret.digest(under: again.keys.peppers)))
            let count = try await under.rows.count
            #expect(count == 6)
        }
    }

    @Test func `another master key is a clear error and leaves the ring as it was`() async throws {
        try await RingUnderTest.open { under in
            let before = try await under.rows
            await #expect(throws: TokenError.doesNotOpen(purpose: "pepper", version: 1)) {
                try await KeyRing.open(
                    store: under.store, masterKey: .generate(), now: under.clock.now, clock: under.clock.shared)
            }
            let after = try await under.rows
            #expect(before.map(\.sealed) == after.map(\.sealed))
            #expect("\(TokenError.doesNotOpen(purpose: "pepper", version: 1))".contains("not the master key"))
        }
    }

    /// As while servers of two versions run, or after the newer one was taken back.
    @Test func `a key of a purpose that only a newer version knows stays as it is and is in nobody's way`() async throws
    {
        try await RingUnderTest.open { under in
            let sealed = try under.masterKey.seal([1, 2, 3], for: "key_ring/later/1")
            let later = KeyRingRow(
                purpose: "later", version: 1, sealed: sealed, createdAt: under.clock.current,
                usedFrom: under.clock.current, retiresAt: nil)
            try await under.store.write { tx in try tx.insert(later) }
            let again = try await under.reopened()
            try await again.rotate(KeyPurpose.rotating, by: atTheMachine)
            try await again.reload()
            #expect(try await under.rows.filter { $0.purpose == "later" } == [later])
        }
    }

    @Test func `of many who open an empty store at once, all get the same keys`() async throws {
        try await StoreUnderTest.current.open { store in
            let masterKey = MasterKey.generate()
            let clock = FixedClock()
            let documents = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        try await KeyRing.open(store: store, masterKey: masterKey, now: clock.now, clock: clock.shared)
                            .keys.jwks
                    }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(documents.count == 1)
        }
    }

    @Test(
        "a key moved to another place of the ring does not open (threat K11)",
        arguments: [
            "UPDATE key_ring SET sealed = (SELECT sealed FROM key_ring WHERE purpose = 'sealing') WHERE purpose = 'pepper'",
            "UPDATE key_ring SET version = 2 WHERE purpose = 'sealing'",
            "UPDATE key_ring SET purpose = 'other' WHERE purpose = 'replies'",
            "UPDATE key_ring SET sealed = \([UInt8(0)]) WHERE purpose = 'signing'",
        ] as [BoundSQL])
    func keyMoved(_ tampering: BoundSQL) async throws {
        try await RingUnderTest.open { under in
            try await under.execute(tampering)
            await #expect(throws: TokenError.self) { try await under.reopened() }
            let document = under.keys.jwks
            await #expect(throws: TokenError.self) { try await under.ring.reload() }
            #expect(under.keys.jwks == document, "a failed reload keeps what there was")
        }
    }

    @Test func `a ring without its pepper is damaged, one without a purpose of a later version is completed`()
        async throws
    {
        try await RingUnderTest.open { under in
            try await under.execute("DELETE FROM key_ring WHERE purpose = 'replies'")
            _ = try await under.reopened()
            let purposes = try await under.rows.map(\.purpose)
            #expect(purposes == ["pepper", "refresh", "replies", "sealing", "secrets", "signing"])
            try await under.execute("DELETE FROM key_ring WHERE purpose = 'pepper'")
            await #expect(throws: TokenError.missing(.pepper)) { try await under.reopened() }
        }
    }

    @Test func `no key stands in the store in clear`() async throws {
        try await RingUnderTest.open { under in
            for row in try await under.rows {
                let plain = try #require(
                    under.masterKey.open(row.sealed, for: "key_ring/\(row.purpose)/\(row.version)"))
                #expect(plain.count == 32)
                #expect(!row.sealed.indices.contains { row.sealed[$0...].starts(with: plain) })
            }
        }
    }
}

@Suite("Key ring: rotation", .onEveryEngine)
struct KeyRingRotationTests {
    private let seal = AccessTokenSeal(brand: .claviger, issuer: issuer)
    private let token = AccessToken.sample()

    @Test func `what was made before a rotation stays good until it would have expired, then its key is gone`()
        async throws
    {
        try await RingUnderTest.open { under in
            let sealed = try seal.seal(token, with: under.keys)
            let signed = try JWTAccessToken.sign(token, issuer: issuer, with: under.keys)
            try await under.ring.rotate([.sealing, .signing], by: atTheMachine)

            let newlySealed = try seal.seal(token, with: under.keys)
            for text in [sealed, newlySealed] { #expect(seal.open(Array(text.utf8), with: under.keys) == token) }
            under.clock.advance(seconds: RotationPace.prompt.aheadSeconds)
            let next = AccessToken.sample(issuedAt: under.clock.current)
            let newlySigned = try JWTAccessToken.sign(next, issuer: issuer, with: under.keys)
            #expect(newlySigned.prefix { $0 != "." } != signed.prefix { $0 != "." })
            for (text, token) in [(signed, token), (newlySigned, next)] {
                #expect(JWTAccessToken.verify(Array(text.utf8), issuer: issuer, with: under.keys) == token)
            }

            under.clock.advance(seconds: 86_400 + 3600 + 1)
            let later = try await under.reopened()
            for text in [sealed, newlySealed] {
                #expect((seal.open(Array(text.utf8), with: later.keys) == nil) == (text == sealed))
            }
            #expect(JWTAccessToken.verify(Array(signed.utf8), issuer: issuer, with: later.keys) == nil)
            #expect(JWTAccessToken.verify(Array(newlySigned.utf8), issuer: issuer, with: later.keys) == next)
            let rows = try await under.rows
            #expect(rows.filter { $0.purpose == "sealing" }.map(\.version) == [2])
            #expect(rows.filter { $0.purpose == "signing" }.map(\.version) == [2])
        }
    }

    @Test func `whoever has a retired key cannot make tokens that outlive it`() async throws {
        try await RingUnderTest.open { under in
            let long = AccessToken.sample(seconds: RotationPace.prompt.aheadSeconds + 86_400 + 3600 + 2)
            let sealed = try seal.seal(long, with: under.keys)
            let signed = try JWTAccessToken.sign(long, issuer: issuer, with: under.keys)
            #expect(seal.open(Array(sealed.utf8), with: under.keys) == long)
            try await under.ring.rotate([.sealing, .signing], by: atTheMachine)
            #expect(seal.open(Array(sealed.utf8), with: under.keys) == nil)
            #expect(JWTAccessToken.verify(Array(signed.utf8), issuer: issuer, with: under.keys) == nil)
        }
    }

    @Test func `a leaked key is refused at once, if asked for`() async throws {
        try await RingUnderTest.open { under in
            let sealed = try seal.seal(token, with: under.keys)
            let signed = try JWTAccessToken.sign(token, issuer: issuer, with: under.keys)
            try await under.ring.rotate([.sealing, .signing], by: atTheMachine, pace: .immediate)
            #expect(seal.open(Array(sealed.utf8), with: under.keys) == nil)
            #expect(JWTAccessToken.verify(Array(signed.utf8), issuer: issuer, with: under.keys) == nil)
        }
    }

    @Test func `peppers are kept for ever, even if asked for at once`() async throws {
        try await RingUnderTest.open { under in
            let secret = MintedSecret(.apiKey, brand: .claviger)
            let digest = secret.digest(under: under.keys.peppers)
            for _ in 0..<3 {
                try await under.ring.rotate([.pepper], by: atTheMachine, pace: .immediate)
                under.clock.advance(seconds: 400 * 86_400)
            }
            let keys = try await under.reopened().keys
            #expect(keys.peppers.newest.version == 4)
            #expect(keys.peppers.all.map(\.version) == [4, 3, 2, 1])
            let text = secret.reveal()
            let old = try #require(keys.peppers.version(digest.pepperVersion))
            #expect(old.digest(of: text.utf8).matches(digest))
            #expect(!keys.peppers.newest.digest(of: text.utf8).matches(digest))
        }
    }

    @Test func `many rotations leave only what is still needed`() async throws {
        try await RingUnderTest.open { under in
            for _ in 0..<10 {
                try await under.ring.rotate([.sealing], by: atTheMachine)
                under.clock.advance(seconds: 20 * 3600)
            }
            let versions = try await under.rows.filter { $0.purpose == "sealing" }.map(\.version)
            #expect(versions == [9, 10, 11])
        }
    }

    @Test func `another node has the new keys once it has heard and read again`() async throws {
        try await RingUnderTest.open { under in
            let other = try await under.reopened()
            let heard = Lock<[Change]>([])
            let listener = Listener(heard: heard)
            under.store.listen { changes in listener.hear(changes) }
            try await under.ring.rotate([.sealing], by: atTheMachine)
            #expect(listener.changes == [.keyRing])
            let sealed = try seal.seal(token, with: under.keys)
            #expect(seal.open(Array(sealed.utf8), with: other.keys) == nil)
            try await other.reload()
            #expect(seal.open(Array(sealed.utf8), with: other.keys) == token)
        }
    }

    @Test func `who does not reach everything cannot rotate`() async throws {
        try await RingUnderTest.open { under in
            let customer = Actor(
                .command("x"), reach: .subtree(OrganizationPath(root: ID(at: 0))),
                permissions: Set(Permission.allCases), requestID: "req_1", address: nil)
            await #expect(throws: Refusal.notFound) { try await under.ring.rotate([.sealing], by: customer) }
            let count = try await under.rows.count
            #expect(count == 6)
        }
    }

    @Test func `the audit event and the rotation share a transaction`() async throws {
        struct Failed: Error {}
        try await RingUnderTest.open { under in
            await #expect(throws: Failed.self) {
                try await under.ring.rotate([.sealing], by: atTheMachine) { _, _, _, _ in throw Failed() }
            }
            let unchanged = try await under.rows.count
            #expect(unchanged == 6)
            try await under.ring.rotate([.sealing, .pepper], by: atTheMachine) { tx, actor, purpose, row in
                try tx.record(
                    AuditEvent(
                        id: ID(at: 0), at: Instant(seconds: 0), action: "key.rotated",
                        target: "\(purpose.rawValue) \(row.version)", organization: nil, actor: actor.label,
                        requestID: actor.requestID, address: nil, details: [:]))
            }
            let recorded = try await under.store.read { tx in
                try tx.auditEvents(.everything, matching: AuditFilter(), after: nil, limit: 10).map(\.target).sorted()
            }
            #expect(recorded == ["pepper 2", "sealing 2"])
        }
    }

    @Test func `a kept reply opens for its own request, also after a rotation, and not under a retired key`()
        async throws
    {
        try await RingUnderTest.open { under in
            let sealed = try under.keys.sealForLater(Array("the reply".utf8), for: "key_1/abc")
            #expect(under.keys.openKept(sealed, for: "key_1/abc") == Array("the reply".utf8))
            #expect(under.keys.openKept(sealed, for: "key_2/abc") == nil)
            try await under.ring.rotate([.replies], by: atTheMachine)
            #expect(under.keys.openKept(sealed, for: "key_1/abc") == Array("the reply".utf8))
            under.clock.advance(seconds: 86_400 + 3600 + 1)
            let later = try await under.reopened()
            #expect(later.keys.openKept(sealed, for: "key_1/abc") == nil)
            #expect(later.keys.openKept([], for: "key_1/abc") == nil)
            #expect(later.keys.openKept([0, 2], for: "key_1/abc") == nil)
        }
    }
}

/// Remembers what was announced.
private final class Listener: Sendable {
    private let heard: Lock<[Change]>

    init(heard: consuming Lock<[Change]>) {
        self.heard = heard
    }

    var changes: [Change] { heard.withLock { $0 } }

    func hear(_ changes: [Change]) {
        heard.withLock { $0 += changes }
    }
}
