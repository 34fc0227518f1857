import CredentialFormat
import Model
import Policy
import TestSupport
import Testing

@testable import Tokens

@Suite("Sealed access tokens")
struct AccessTokenSealTests {
    private let seal = AccessTokenSeal(brand: .claviger, issuer: issuer)

    @Test func `a token comes out as it went in, whatever it says`() async throws {
        try await RingUnderTest.open { under in
            var generator = SeededGenerator(seed: 1)
            for _ in 0..<500 {
                let token = AccessToken.random(using: &generator)
                let text = try seal.seal(token, with: under.keys)
                #expect(text.hasPrefix("clv_at_"))
                #expect(text.utf8.count <= CredentialText.maximumLength)
                #expect(seal.open(Array(text.utf8), with: under.keys) == token)
            }
        }
    }

    @Test func `an ordinary token is short, and no two are alike`() async throws {
        try await RingUnderTest.open { under in
            let token = AccessToken.sample()
            let text = try seal.seal(token, with: under.keys)
            #expect(text.utf8.count < 250, "\(text.utf8.count) characters")
            #expect(try seal.seal(token, with: under.keys) != text)
        }
    }

    @Test func `fractions of a second are cut off, so it never lives longer`() async throws {
        try await RingUnderTest.open { under in
            let token = AccessToken.sample(issuedAt: Instant(milliseconds: 1_790_000_000_999))
            let opened = try #require(seal.open(Array(try seal.seal(token, with: under.keys).utf8), with: under.keys))
            #expect(opened.issuedAt == Instant(seconds: 1_790_000_000))
            #expect(opened.expiresAt == Instant(seconds: 1_790_003_600))
        }
    }

    @Test func `a change of any character is refused, also when the check is put right`() async throws {
        try await RingUnderTest.open { under in
            let text = Array(try seal.seal(.sample(), with: under.keys).utf8)
            let body = text.dropFirst("clv_at_".utf8.count).dropLast(CredentialText.checkLength)
            for index in text.indices {
                var changed = text
                changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
                if changed == text { continue }
                #expect(seal.open(changed, with: under.keys) == nil, "character \(index)")
                if body.indices.contains(index) {
                    let repaired = CredentialText.compose(.claviger, .accessToken, body: changed[body.indices])
                    #expect(seal.open(Array(repaired.utf8), with: under.keys) == nil, "character \(index) repaired")
                }
            }
            for length in 0..<text.count { #expect(seal.open(text.prefix(length), with: under.keys) == nil) }
            #expect(seal.open(text + [UInt8(ascii: "0")], with: under.keys) == nil)
        }
    }

    @Test func `hostile texts never trap, whether their check is right or not`() async throws {
        try await RingUnderTest.open { under in
            var generator = SeededGenerator(seed: 7)
            let text = Array(try seal.seal(.sample(), with: under.keys).utf8)
            let body = Array(text.dropFirst("clv_at_".utf8.count).dropLast(CredentialText.checkLength))
            for _ in 0..<3000 {
                var mangled = text
                mangle(&mangled, using: &generator)
                if mangled != text { #expect(seal.open(mangled, with: under.keys) == nil) }
                var other = body
                mangle(&other, using: &generator)
                let repaired = CredentialText.compose(.claviger, .accessToken, body: other)
                if other != body { #expect(seal.open(Array(repaired.utf8), with: under.keys) == nil) }
            }
        }
    }

    @Test func `a token of another issuer, brand or ring is refused`() async throws {
        try await RingUnderTest.open { under in
            let token = AccessToken.sample()
            let other = AccessTokenSeal(brand: .claviger, issuer: "https://auth.example.com.evil")
            #expect(seal.open(Array(try other.seal(token, with: under.keys).utf8), with: under.keys) == nil)
            let brand = try #require(Brand("acme"))
            let branded = try AccessTokenSeal(brand: brand, issuer: issuer).seal(token, with: under.keys)
            #expect(seal.open(Array(branded.utf8), with: under.keys) == nil)
            try await RingUnderTest.open { elsewhere in
                let text = try seal.seal(token, with: elsewhere.keys)
                #expect(seal.open(Array(text.utf8), with: under.keys) == nil)
            }
        }
    }

    @Test func `what is no access token is refused`() async throws {
        try await RingUnderTest.open { under in
            let secret = MintedSecret(.apiKey, brand: .claviger).reveal()
            let renamed = CredentialText.compose(.claviger, .accessToken, body: secret.utf8.dropFirst(8).dropLast(6))
            let token = try seal.seal(.sample(), with: under.keys)
            let body = Array(token.utf8).dropFirst(7).dropLast(6)
            let asRefresh = CredentialText.compose(.claviger, .refreshToken, body: body)
            for text in ["", "clv_at_", secret, renamed, asRefresh, "Bearer \(token)", token.uppercased()] {
                #expect(seal.open(Array(text.utf8), with: under.keys) == nil)
            }
        }
    }

    @Test(arguments: [
        AccessToken.sample(audiences: []), .sample(seconds: 0), .sample(seconds: -1),
        .sample(issuedAt: Instant(seconds: -1)), .sample(issuedAt: Instant(seconds: 1 << 33)),
        .sample(issuedAt: Instant(milliseconds: .max)), .sample(issuedAt: Instant(milliseconds: .min)),
        .sample(subject: ""), .sample(subject: String(repeating: "s", count: 256)), .sample(audiences: [""]),
        .sample(audiences: Array(repeating: "a", count: 256)),
        .sample(audiences: [String(repeating: "a", count: 70_000)]),
        .sample(scopes: (0..<64).map { String(repeating: "s", count: 120) + "\($0)" }),
    ])
    func `what a token cannot hold is refused when it is made, and nothing traps`(_ token: AccessToken) async throws {
        try await RingUnderTest.open { under in
            #expect(throws: TokenError.unrepresentable) { try seal.seal(token, with: under.keys) }
        }
    }

    @Test func `the most that a product is likely to use fits`() async throws {
        let token = AccessToken.sample(
            subject: "con_0000000000000000000000", scopes: (0..<64).map { "resource-number-\($0).read" },
            audiences: (0..<4).map { "https://api-\($0).example.com/v1" }, inAccountItself: false)
        try await RingUnderTest.open { under in
            let text = try seal.seal(token, with: under.keys)
            #expect(seal.open(Array(text.utf8), with: under.keys) == token)
        }
    }
}

@Suite("Sealed access tokens: the record")
struct AccessTokenRecordTests {
    @Test func `there is one record for each token, and one token for each record`() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<100 {
            let token = AccessToken.random(using: &generator)
            let bytes = try AccessTokenRecord.encode(token)
            #expect(AccessTokenRecord.decode(bytes) == token)
            for length in 0..<bytes.count { #expect(AccessTokenRecord.decode(Array(bytes.prefix(length))) == nil) }
            #expect(AccessTokenRecord.decode(bytes + [0]) == nil)
        }
    }

    @Test func `of 50,000 mangled records none traps, and those that mean something are written just so`() throws {
        var generator = SeededGenerator(seed: 3)
        var seeds: [[UInt8]] = []
        for _ in 0..<200 { seeds.append(try AccessTokenRecord.encode(.random(using: &generator))) }
        var understood = 0
        for _ in 0..<50_000 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
            mangle(&bytes, using: &generator)
            guard let token = AccessTokenRecord.decode(bytes) else { continue }
            understood += 1
            #expect(try AccessTokenRecord.encode(token) == bytes)
        }
        #expect(understood > 0, "the mangling is too gentle or too rough to prove anything")
    }

    @Test(
        arguments: [
            [0x80], [0x04], [0x08],
        ] as [[UInt8]])
    func `a flag that has no meaning yet is refused`(_ flags: [UInt8]) throws {
        var bytes = try AccessTokenRecord.encode(.sample())
        bytes[0] |= flags[0]
        #expect(AccessTokenRecord.decode(bytes) == nil)
    }

    @Test func `scopes in another order, twice or with spaces to spare are refused`() throws {
        let token = AccessToken.sample(scopes: ["a", "b"])
        let bytes = try AccessTokenRecord.encode(token)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("a b".utf8)) })
        for other in ["b a", "a a", " ab", "ab ", "a\"b"] {
            var changed = bytes
            changed.replaceSubrange(place..<(place + 3), with: Array(other.utf8))
            #expect(AccessTokenRecord.decode(changed) == nil, "\(other)")
        }
    }
}

/// One to four random changes: a bit, a byte, an insertion, a removal, a cut, a piece doubled.
func mangle(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
        guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes[place] = [0, 0xFF, 0x7F, 0x80, 0x22, 0x5C, 0x2E, 0x5F].randomElement(using: &generator) ?? 0
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 4: bytes.remove(at: place)
        case 5: bytes.removeLast(bytes.count - place)
        default: bytes.append(contentsOf: bytes[place...].prefix(40))
        }
    }
}
