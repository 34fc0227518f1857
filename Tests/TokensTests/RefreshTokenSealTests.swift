import CredentialFormat
import Model
import TestSupport
import Testing

@testable import Tokens

@Suite("Refresh tokens", .onEveryEngine)
struct RefreshTokenSealTests {
    private let seal = RefreshTokenSeal(brand: .claviger, issuer: issuer)

    @Test func `a token comes out as it went in, and no two texts are alike`() async throws {
        try await RingUnderTest.open { under in
            for generation in [1, 2, 255, 256, 70_000, Int(UInt32.max)] {
                let token = RefreshToken(lineage: ID(value: .random(in: .min ... .max)), generation: generation)
                let text = try seal.seal(token, with: under.keys)
                #expect(text.hasPrefix("clv_rt_"))
                #expect(text.utf8.count < 120, "\(text.utf8.count) characters")
                #expect(seal.open(Array(text.utf8), with: under.keys) == token)
                #expect(try seal.seal(token, with: under.keys) != text)
                #expect(seal.keyNamed(by: Array(text.utf8)) == .refresh(version: 1))
                #expect(under.keys.has(.refresh(version: 1)))
            }
        }
    }

    @Test(arguments: [0, -1, Int(UInt32.max) + 1, .max, .min])
    func `there is no token of a generation that cannot be`(_ generation: Int) async throws {
        try await RingUnderTest.open { under in
            #expect(throws: TokenError.unrepresentable) {
                try seal.seal(RefreshToken(lineage: ID(value: 1), generation: generation), with: under.keys)
            }
        }
    }

    @Test func `a change of any character is refused, also when the check is put right`() async throws {
        try await RingUnderTest.open { under in
            let token = RefreshToken(lineage: ID(at: 7), generation: 3)
            let text = Array(try seal.seal(token, with: under.keys).utf8)
            let body = text.dropFirst("clv_rt_".utf8.count).dropLast(CredentialText.checkLength)
            for index in text.indices {
                var changed = text
                changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                #expect(seal.open(changed, with: under.keys) == nil, "character \(index)")
                guard body.indices.contains(index) else { continue }
                let repaired = CredentialText.compose(.claviger, .refreshToken, body: changed[body.indices])
                #expect(seal.open(Array(repaired.utf8), with: under.keys) == nil, "character \(index) repaired")
            }
            for length in 0..<text.count { #expect(seal.open(text.prefix(length), with: under.keys) == nil) }
        }
    }

    @Test func `of many mangled texts none traps, and none opens`() async throws {
        try await RingUnderTest.open { under in
            var generator = SeededGenerator(seed: 11)
            let token = RefreshToken(lineage: ID(at: 7), generation: 3)
            let text = Array(try seal.seal(token, with: under.keys).utf8)
            let body = Array(text.dropFirst("clv_rt_".utf8.count).dropLast(CredentialText.checkLength))
            for _ in 0..<2000 {
                var other = body
                mangle(&other, using: &generator)
                let repaired = CredentialText.compose(.claviger, .refreshToken, body: other)
                if other != body { #expect(seal.open(Array(repaired.utf8), with: under.keys) == nil) }
            }
        }
    }

    @Test func `neither an access token nor a token of another issuer, brand or ring passes for one`() async throws {
        try await RingUnderTest.open { under in
            let token = RefreshToken(lineage: ID(at: 7), generation: 3)
            let access = AccessTokenSeal(brand: .claviger, issuer: issuer)
            let accessText = try access.seal(.sample(), with: under.keys)
            let text = try seal.seal(token, with: under.keys)
            func renamed(_ text: String, _ kind: CredentialKind) -> [UInt8] {
                Array(CredentialText.compose(.claviger, kind, body: Array(text.utf8).dropFirst(7).dropLast(6)).utf8)
            }
            #expect(seal.open(Array(accessText.utf8), with: under.keys) == nil)
            #expect(seal.open(renamed(accessText, .refreshToken), with: under.keys) == nil)
            #expect(access.open(Array(text.utf8), with: under.keys) == nil)
            #expect(access.open(renamed(text, .accessToken), with: under.keys) == nil)
            let other = RefreshTokenSeal(brand: .claviger, issuer: issuer + ".evil")
            #expect(other.open(Array(text.utf8), with: under.keys) == nil)
            let brand = try #require(Brand("acme"))
            let branded = RefreshTokenSeal(brand: brand, issuer: issuer)
            #expect(branded.open(Array(text.utf8), with: under.keys) == nil)
            try await RingUnderTest.open { elsewhere in
                #expect(seal.open(Array(text.utf8), with: elsewhere.keys) == nil)
            }
        }
    }

    @Test func `a token is no secret that is looked up`() async throws {
        try await RingUnderTest.open { under in
            let text = try seal.seal(RefreshToken(lineage: ID(at: 7), generation: 3), with: under.keys)
            #expect(CredentialText.parse(Array(text.utf8), brand: .claviger)?.kind == .refreshToken)
            #expect(PresentedSecret(parsing: Array(text.utf8), brand: .claviger) == nil)
        }
    }

    @Test func `its key is kept for the longest life of a lineage, and not longer`() async throws {
        try await RingUnderTest.open { under in
            let token = RefreshToken(lineage: ID(at: 7), generation: 3)
            let text = Array(try seal.seal(token, with: under.keys).utf8)
            try await under.ring.rotate([.refresh], by: atTheMachine)
            #expect(seal.open(text, with: under.keys) == token)
            #expect(seal.keyNamed(by: Array(try seal.seal(token, with: under.keys).utf8)) == .refresh(version: 2))
            under.clock.advance(seconds: 365 * 86_400 + 3600 - 1)
            #expect(try await seal.open(text, with: under.reopened().keys) == token)
            under.clock.advance(seconds: 2)
            #expect(try await seal.open(text, with: under.reopened().keys) == nil)
        }
    }

    @Test func `a node that has not heard of a new key is told which one it lacks`() async throws {
        try await RingUnderTest.open { under in
            let other = try await under.reopened()
            try await under.ring.rotate([.refresh], by: atTheMachine)
            let token = RefreshToken(lineage: ID(at: 7), generation: 3)
            let text = Array(try seal.seal(token, with: under.keys).utf8)
            #expect(seal.open(text, with: other.keys) == nil)
            let named = try #require(seal.keyNamed(by: text))
            #expect(!other.keys.has(named))
            let read = try await other.readKeys()
            #expect(read.has(named))
            #expect(seal.open(text, with: read) == token)
        }
    }
}

@Suite("Kept replies to refreshes")
struct RefreshReplyTests {
    private let seal = RefreshTokenSeal(brand: .claviger, issuer: issuer)
    private let token = RefreshToken(lineage: ID(at: 7), generation: 3)
    private let reply = Array(#"{"refresh_token":"…"}"#.utf8)

    @Test func `a reply opens for the same token presented again, and for nothing else`() async throws {
        try await RingUnderTest.open { under in
            let text = try seal.seal(token, with: under.keys)
            let sealed = try seal.sealReply(reply, to: token, presentedAs: text)
            #expect(seal.openReply(sealed, to: token, presentedAs: text) == reply)
            // Another text of the very same generation, as whoever has the keys could make it.
            let forged = try seal.seal(token, with: under.keys)
            #expect(seal.openReply(sealed, to: token, presentedAs: forged) == nil)
            for other in [
                RefreshToken(lineage: token.lineage, generation: 4), RefreshToken(lineage: ID(at: 8), generation: 3),
            ] {
                #expect(seal.openReply(sealed, to: other, presentedAs: text) == nil)
            }
        }
    }

    @Test func `a change of any bit is noticed, and nothing of the reply is to be seen`() throws {
        let sealed = try seal.sealReply(reply, to: token, presentedAs: "clv_rt_x")
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(seal.openReply(changed, to: token, presentedAs: "clv_rt_x") == nil)
        }
        for length in 0..<sealed.count {
            #expect(seal.openReply(Array(sealed.prefix(length)), to: token, presentedAs: "clv_rt_x") == nil)
        }
        #expect(!sealed.indices.contains { sealed[$0...].starts(with: reply.prefix(8)) })
    }
}
