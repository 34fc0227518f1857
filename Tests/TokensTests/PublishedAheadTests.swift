import CredentialFormat
import Foundation
import Model
import TestSupport
import Testing
import TextForms

@testable import Tokens

@Suite("Key ring: keys are published before they sign", .onEveryEngine)
struct PublishedAheadTests {
    private static let minute = 60

    /// One who checks tokens by a copy of the key set, and fetches it again only when the copy is older than it may be.
    private struct Verifier {
        var kids: Set<String> = []
        var fetchedAt: Instant?

        mutating func fetch(from ring: KeyRing, at now: Instant) throws {
            if let fetchedAt, now.seconds(since: fetchedAt) <= KeySet.maxAgeSeconds { return }
            fetchedAt = now
            kids = try Self.kids(of: ring)
        }

        func knows(_ token: String) throws -> Bool {
            let header = try #require(Base64URL.bytes(Array(token.utf8.prefix { $0 != UInt8(ascii: ".") })))
            return kids.contains(try #require(Self.member("kid", of: header)))
        }

        static func kids(of ring: KeyRing) throws -> Set<String> {
            let set = try JSONSerialization.jsonObject(with: Data(ring.keys.jwks)) as? [String: [[String: String]]]
            return Set(try #require(set?["keys"]).compactMap { $0["kid"] })
        }

        private static func member(_ name: String, of json: [UInt8]) -> String? {
            (try? JSONSerialization.jsonObject(with: Data(json)) as? [String: String])?[name]
        }
    }

    /// A token of an algorithm, as a node issues it when its own clock shows `now`.
    private func token(_ algorithm: App.IDTokenAlgorithm, by ring: KeyRing, at now: Instant) throws -> String {
        try IDToken(
            subject: ID(at: 1), audience: ID(at: 1), authenticatedAt: now, nonce: nil,
            claims: UserClaims(name: nil, username: nil, email: nil, organization: nil), issuedAt: now
        ).signed(by: algorithm, accessToken: nil, issuer: issuer, with: ring.keys)
    }

    @Test(arguments: [RotationPace.timed, .prompt], [-7200, -120, 0, 3, 120, 7200])
    func `who fetches the key set only after its max-age refuses nothing, whatever a node's clock shows`(
        _ pace: RotationPace, _ skew: Int
    ) async throws {
        try await RingUnderTest.open { under in
            let shared = under.clock
            let crooked: @Sendable () -> Instant = { shared.current.adding(seconds: skew) }
            let other = try await KeyRing.open(
                store: under.store, masterKey: under.masterKey, now: crooked, clock: shared.shared)
            try await under.ring.ensureAll()
            try await other.reload()
            var verifier = Verifier()
            let first = try Verifier.kids(of: other)
            #expect(first.count == 3)
            func look() throws {
                try verifier.fetch(from: other, at: shared.current)
                for algorithm in App.IDTokenAlgorithm.allCases {
                    for (ring, now) in [(under.ring, shared.current), (other, crooked())] {
                        let token = try token(algorithm, by: ring, at: now)
                        #expect(try verifier.knows(token), "\(algorithm), \(shared.current.seconds(since: start)) s")
                    }
                }
            }
            let start = shared.current
            try look()
            try await under.ring.rotate(KeyPurpose.rotating, by: atTheMachine, pace: pace)
            try await other.reload()
            #expect(try Verifier.kids(of: other).count == 6, "both are in the set")
            for _ in 0...(pace.aheadSeconds / Self.minute + 10) {
                try look()
                shared.advance(seconds: Self.minute)
            }
            #expect(pace.aheadSeconds >= 2 * KeySet.maxAgeSeconds)
            for algorithm in App.IDTokenAlgorithm.allCases {
                var early = Verifier()
                early.kids = first
                #expect(try !early.knows(token(algorithm, by: under.ring, at: shared.current)), "the new one signs")
                #expect(try !early.knows(token(algorithm, by: other, at: crooked())), "on each node")
            }
        }
    }

    @Test
    func
        `until its time a new key signs nothing, from then on everything, and the one before stays until all has expired`()
        async throws
    {
        try await RingUnderTest.open { under in
            let token = AccessToken.sample(issuedAt: under.clock.current)
            let old = try JWTAccessToken.sign(token, issuer: issuer, with: under.keys).prefix { $0 != "." }
            try await under.ring.rotate([.signing], by: atTheMachine)
            let signsFrom = try #require(under.ring.signsFrom)
            #expect(signsFrom == under.clock.current.adding(seconds: 900))
            under.clock.set(signsFrom.adding(seconds: -1))
            let last = AccessToken.sample(issuedAt: under.clock.current, seconds: 86_400)
            let lastText = try JWTAccessToken.sign(last, issuer: issuer, with: under.keys)
            #expect(lastText.hasPrefix(old))
            under.clock.set(signsFrom)
            #expect(under.ring.signsFrom == nil)
            let next = AccessToken.sample(issuedAt: under.clock.current)
            #expect(try !JWTAccessToken.sign(next, issuer: issuer, with: under.keys).hasPrefix(old))
            under.clock.set(last.expiresAt.adding(seconds: -1))
            let later = try await under.reopened()
            #expect(JWTAccessToken.verify(Array(lastText.utf8), issuer: issuer, with: later.keys) == last)
        }
    }

    @Test func `a second rotation before the first has its time takes nothing out of the set that signs`() async throws
    {
        try await RingUnderTest.open { under in
            try await under.ring.rotate([.signing], by: atTheMachine, pace: .timed)
            under.clock.advance(seconds: 3600)
            try await under.ring.rotate([.signing], by: atTheMachine, pace: .prompt)
            for _ in 0..<30 * 60 {
                under.clock.advance(seconds: Self.minute)
                if under.clock.current.milliseconds % 3_600_000 == 0 { try await under.ring.reload() }
                let token = try token(.es256, by: under.ring, at: under.clock.current)
                #expect(IDToken.verify(Array(token.utf8), issuer: issuer, with: under.keys) != nil)
            }
            let newest = try #require(under.keys.signing.first)
            #expect(under.keys.signingKey(.es256, at: under.clock.current)?.identifier == newest.identifier)
        }
    }

    @Test func `where keys have leaked, the new ones sign at once, and the old ones leave the set`() async throws {
        try await RingUnderTest.open { under in
            try await under.ring.ensureAll()
            // One that is published and does not sign yet has leaked with the others.
            try await under.ring.rotate(KeyPurpose.rotating, by: atTheMachine, pace: .timed)
            let before = try Verifier.kids(of: under.ring)
            try await under.ring.rotate(KeyPurpose.rotating, by: atTheMachine, pace: .immediate)
            let after = try Verifier.kids(of: under.ring)
            #expect(after.count == 3 && after.isDisjoint(with: before))
            var verifier = Verifier()
            verifier.kids = after
            for algorithm in App.IDTokenAlgorithm.allCases {
                #expect(try verifier.knows(token(algorithm, by: under.ring, at: under.clock.current)))
            }
        }
    }

    @Test func `what only we read is made with the new key at once`() async throws {
        try await RingUnderTest.open { under in
            let seal = AccessTokenSeal(brand: .claviger, issuer: issuer)
            try await under.ring.rotate(KeyPurpose.rotating, by: atTheMachine)
            let text = try seal.seal(.sample(), with: under.keys)
            #expect(seal.keyNamed(by: Array(text.utf8)) == .sealing(version: 2))
        }
    }
}
