import CredentialFormat
import Locking
import Model
import Persistence
import TestSupport
import Testing

@testable import Tokens

@Suite("Key ring: keys that are made when needed", .onEveryEngine)
struct KeyRingEnsuringTests {
    @Test(arguments: [KeyPurpose.signingEdDSA, .signingRS256])
    func `of many who need one at once, on several nodes, one makes it`(_ purpose: KeyPurpose) async throws {
        try await RingUnderTest.open { under in
            let rings = [under.ring, try await under.reopened(), try await under.reopened()]
            let heard = Lock(0)
            let counter = Counter(heard)
            under.store.listen { counter.count($0) }
            for result in await race(12, { [rings] number in try await rings[number % 3].ensure(purpose) }) {
                try result.get()
            }
            let rows = try await under.rows.filter { $0.purpose == purpose.rawValue }
            #expect(rows.map(\.version) == [1])
            #expect(counter.total == 1, "announced once")
            #expect(Set(rings.map(\.keys.jwks)).count == 1, "each has it when it returns")
        }
    }

    @Test func `a second need finds the key, and writes nothing`() async throws {
        try await RingUnderTest.open { under in
            try await under.ring.ensure(.signingEdDSA)
            let before = try await under.rows
            let edition = under.ring.edition
            try await under.ring.ensure(.signingEdDSA)
            #expect(try await under.rows == before)
            #expect(under.ring.edition == edition)
        }
    }

    @Test func `opening makes none of them, and finds those that there are`() async throws {
        try await RingUnderTest.open { under in
            #expect(under.keys.idTokenKeys.map(\.algorithm) == [.es256])
            try await under.ring.ensure(.signingRS256)
            try await under.ring.ensure(.signingEdDSA)
            let again = try await under.reopened()
            #expect(again.keys.idTokenKeys.map(\.algorithm) == [.es256, .edDSA, .rs256])
            #expect(again.keys.jwks == under.keys.jwks)
            let rows = try await under.rows
            #expect(throws: Never.self) { try KeyRing.check(rows, under: MasterKeys(under.masterKey)) }
        }
    }

    @Test func `they are rotated with the others once there are any, and not before`() async throws {
        try await RingUnderTest.open { under in
            let first = try await under.ring.rotate(KeyPurpose.rotating, by: atTheMachine)
            #expect(first == [.sealing, .refresh, .signing, .replies])
            try await under.ring.ensure(.signingRS256)
            let old = try #require(under.keys.idTokenKeys.last)
            let second = try await under.ring.rotate(KeyPurpose.rotating, by: atTheMachine)
            #expect(second == first.union([.signingRS256]))
            let keys = under.keys.idTokenKeys.filter { $0.algorithm == .rs256 }
            #expect(keys.count == 2)
            #expect(keys.first?.identifier != old.identifier)
            #expect(keys.last?.identifier == old.identifier)
            under.clock.advance(seconds: RotationPace.prompt.aheadSeconds + IDToken.seconds + 3601)
            let later = try await under.reopened()
            #expect(later.keys.idTokenKeys.filter { $0.algorithm == .rs256 }.map(\.identifier) == [keys[0].identifier])
            #expect(later.keys.idTokenKeys.filter { $0.algorithm == .es256 }.count == 3, "those of access tokens stay")
        }
    }

    @Test func `a ring from before there were refresh tokens gets a key for them`() async throws {
        try await RingUnderTest.open { under in
            try await under.execute("DELETE FROM key_ring WHERE purpose = 'refresh'")
            let before = try await under.rows
            let ring = try await under.reopened()
            let seal = RefreshTokenSeal(brand: .claviger, issuer: issuer)
            let token = RefreshToken(lineage: ID(at: 1), generation: 1)
            let text = Array(try seal.seal(token, with: ring.keys).utf8)
            #expect(seal.open(text, with: ring.keys) == token)
            let after = try await under.rows
            #expect(after.filter { $0.purpose != "refresh" } == before)
        }
    }

    @Test func `a key in the place of another does not open`() async throws {
        try await RingUnderTest.open { under in
            try await under.ring.ensure(.signingEdDSA)
            try await under.execute(
                "UPDATE key_ring SET purpose = 'signing-rs256' WHERE purpose = 'signing-eddsa'")
            await #expect(throws: TokenError.doesNotOpen(purpose: "signing-rs256", version: 1)) {
                try await under.reopened()
            }
        }
    }
}

/// Counts announcements of the key ring.
private final class Counter: Sendable {
    private let heard: Lock<Int>

    init(_ heard: consuming Lock<Int>) {
        self.heard = heard
    }

    var total: Int { heard.withLock { $0 } }

    func count(_ changes: [Change]) {
        heard.withLock { $0 += changes.count { $0 == .keyRing } }
    }
}
