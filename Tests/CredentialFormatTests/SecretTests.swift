import Crypto
import TestSupport
import Testing

@testable import CredentialFormat

/// The kinds whose texts are looked up. The others are sealed.
private let secretKinds = CredentialKind.allCases.filter { !$0.isSealed }

@Suite("Minted secrets")
struct MintedSecretTests {
    @Test(arguments: secretKinds)
    func `a secret reads as brand, kind, 43 characters and 6 of check`(_ kind: CredentialKind) throws {
        let brand = try #require(Brand("acme"))
        let text = MintedSecret(kind, brand: brand).reveal()
        let parts = text.split(separator: "_")
        #expect(parts.map(String.init).prefix(2) == ["acme", kind.rawValue])
        #expect(parts.count == 3)
        #expect(parts.last?.utf8.count == 49)
        let beforeCheck = Array(text.utf8.dropLast(6))
        #expect(Base62.number(text.utf8.suffix(6), as: UInt32.self) == CRC32.checksum(of: beforeCheck))
        let presented = try #require(PresentedSecret(parsing: Array(text.utf8), brand: brand))
        #expect(presented.kind == kind)
    }

    @Test func `10,000 secrets are all different, and every character is as frequent as any other`() {
        var seen: Set<String> = []
        var counts: [Character: Int] = [:]
        for _ in 0..<10_000 {
            let text = MintedSecret(.apiKey, brand: .claviger).reveal()
            seen.insert(text)
            for character in text.dropFirst("clv_key_".count).dropLast(6) { counts[character, default: 0] += 1 }
        }
        #expect(seen.count == 10_000)
        #expect(counts.count == 62)
        // 430,000 characters, 6935 of each expected, with a standard deviation of 83: 7 of them never happen by chance.
        #expect(counts.values.allSatisfy { abs($0 - 6935) < 7 * 83 }, "\(counts)")
    }

    @Test func `43 characters hold 256 bits`() {
        // 62⁴³ > 2²⁵⁶, in logarithms of two: log₂ 62 > 5.954.
        #expect(5954 * CredentialText.secretBodyLength > 256_000)
    }

    @Test func `a hint shows four characters at each end, and nothing between`() {
        let secret = MintedSecret(.clientSecret, brand: .claviger)
        let hint = secret.hint.text
        let text = secret.reveal()
        #expect(hint == "\(text.prefix(11))…\(text.suffix(4))")
        #expect(hint.hasPrefix("clv_cs_"))
        #expect(hint.dropFirst("clv_cs_".count).count == 4 + 1 + 4)
        #expect(SecretHint(stored: hint) == secretHint(of: text))
    }

    private func secretHint(of text: String) -> SecretHint { SecretHint(of: text) }
}

@Suite("Presented secrets")
struct PresentedSecretTests {
    private let text = MintedSecret(.apiKey, brand: .claviger).reveal()

    private func parse(_ bytes: some RandomAccessCollection<UInt8>) -> PresentedSecret? {
        PresentedSecret(parsing: bytes, brand: .claviger)
    }

    @Test func `every change of one character is refused without a look-up`() {
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            for other in UInt8.min...UInt8.max where other != bytes[index] {
                var changed = bytes
                changed[index] = other
                if parse(changed) != nil { Issue.record("character \(index) as \(other) is accepted") }
            }
        }
    }

    @Test func `every two characters changed for one another are refused`() {
        let bytes = Array(text.utf8)
        for left in bytes.indices {
            for right in bytes.indices where left < right && bytes[left] != bytes[right] {
                var changed = bytes
                changed.swapAt(left, right)
                if parse(changed) != nil { Issue.record("\(left) and \(right) changed are accepted") }
            }
        }
    }

    @Test func `a piece missing, doubled or added is refused`() {
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            var shorter = bytes
            shorter.remove(at: index)
            #expect(parse(shorter) == nil)
            var longer = bytes
            longer.insert(bytes[index], at: index)
            #expect(parse(longer) == nil)
            #expect(parse(bytes.prefix(index)) == nil)
        }
        for other in ["", " \(text)", "\(text) ", "\(text)\n", "\(text)\0", "Bearer \(text)", text + text] {
            #expect(parse(Array(other.utf8)) == nil)
        }
    }

    @Test func `another brand, kind or length is refused, also under a right check`() throws {
        let body = Array(text.utf8.dropFirst("clv_key_".utf8.count).dropLast(6))
        let right = CredentialText.compose(.claviger, .apiKey, body: body)
        #expect(right == text)
        let brand = try #require(Brand("acme"))
        let wrong = [
            CredentialText.compose(brand, .apiKey, body: body),
            CredentialText.compose(.claviger, .accessToken, body: body),
            CredentialText.compose(.claviger, .apiKey, body: body.dropLast()),
            CredentialText.compose(.claviger, .apiKey, body: body + body),
            CredentialText.compose(.claviger, .apiKey, body: []),
            CredentialText.compose(.claviger, .apiKey, body: body + [0x5F]),
            CredentialText.compose(.claviger, .apiKey, body: body.dropLast() + [0x2D]),
        ]
        for text in wrong { #expect(parse(Array(text.utf8)) == nil, "\(text)") }
        for kind in ["", "KEY", "keys", "ke", "key ", "none"] {
            var bytes = Array("clv_\(kind)_".utf8) + body
            Base62.append(CRC32.checksum(of: bytes), width: 6, to: &bytes)
            #expect(parse(bytes) == nil, "\(kind)")
        }
    }

    @Test func `a token of a JWT's form, and hostile texts of any length, neither pass nor trap`() {
        var generator = SeededGenerator(seed: 3)
        let texts = [
            "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2EifQ.c2lnbmF0dXJl", "clv", "clv_", "clv__",
            "clv_key",
            "clv_key_", "_", "______________", "clv_at_000000", "clv_at_0000000",
            String(repeating: "A", count: 100_000),
            "clv_at_" + String(repeating: "0", count: 5000),
        ]
        for text in texts { #expect(parse(Array(text.utf8)) == nil) }
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...80, using: &generator)
            let start = Array(["", "clv_", "clv_key_", "clv_at_"].randomElement(using: &generator)?.utf8 ?? "".utf8)
            let bytes = start + (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(CredentialText.parse(bytes, brand: .claviger) == nil)
        }
    }

    @Test func `a slice that begins elsewhere is read like any other`() throws {
        let padded = Array("Bearer \(text)".utf8)
        let slice = padded.dropFirst(7)
        let presented = try #require(parse(slice))
        let pepper = Pepper(version: 1, key: SymmetricKey(data: Array(repeating: UInt8(7), count: 32)))
        #expect(presented.digest(under: pepper).matches(pepper.digest(of: text.utf8)))
    }

    @Test func `printing and reflecting show nothing of it`() throws {
        let presented = try #require(parse(Array(text.utf8)))
        var dumped = ""
        dump(presented, to: &dumped)
        for printed in ["\(presented)", String(reflecting: presented), String(describing: Optional(presented)), dumped]
        {
            #expect(!printed.contains(text.suffix(6)))
            #expect(!printed.contains(text.dropFirst(8).prefix(4)))
            #expect(!printed.contains("\(Array(text.utf8).suffix(3))".dropFirst().dropLast()))
        }
        #expect("\(presented)" == "presented key")
        #expect(Mirror(reflecting: presented).children.isEmpty)
    }
}

@Suite("Digests of secrets")
struct SecretDigestTests {
    /// RFC 4231 §4.3 (test case 2), with its key as it stands: HMAC-SHA-256.
    @Test func `a digest is HMAC-SHA-256 under the pepper`() throws {
        let pepper = Pepper(version: 3, key: SymmetricKey(data: Array("Jefe".utf8)))
        let digest = pepper.digest(of: "what do ya want for nothing?".utf8)
        let expected: [UInt8] = [
            0x5B, 0xDC, 0xC1, 0x46, 0xBF, 0x60, 0x75, 0x4E, 0x6A, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xC7, 0x5A, 0x00,
            0x3F,
            0x08, 0x9D, 0x27, 0x39, 0x83, 0x9D, 0xEC, 0x58, 0xB9, 0x64, 0xEC, 0x38, 0x43,
        ]
        #expect(digest.bytes == expected)
        #expect(digest.pepperVersion == 3)
        let stored = try #require(SecretDigest(stored: expected, pepperVersion: 3))
        #expect(stored.matches(digest))
    }

    @Test func `a digest matches itself alone`() throws {
        let pepper = Pepper(version: 1, key: SymmetricKey(data: Array(repeating: UInt8(1), count: 32)))
        let digest = pepper.digest(of: "secret".utf8)
        #expect(!digest.matches(pepper.digest(of: "secres".utf8)))
        let later = Pepper(version: 2, key: SymmetricKey(data: Array(repeating: UInt8(1), count: 32)))
        #expect(!digest.matches(later.digest(of: "secret".utf8)), "the version counts too")
        for index in 0..<32 {
            var bytes = digest.bytes
            bytes[index] ^= 1
            let other = try #require(SecretDigest(stored: bytes, pepperVersion: 1))
            #expect(!digest.matches(other))
        }
    }

    @Test(arguments: [0, 16, 31, 33, 64])
    func `a stored digest of another length is none`(_ length: Int) {
        #expect(SecretDigest(stored: Array(repeating: 0, count: length), pepperVersion: 1) == nil)
    }

    @Test func `peppers are found by version, newest first`() {
        let peppers = [1, 3, 2].map { Pepper(version: $0, key: SymmetricKey(size: .bits256)) }
        let all = Peppers(newest: peppers[1], older: [peppers[0], peppers[2]])
        #expect(all.all.map(\.version) == [3, 2, 1])
        #expect(all.version(2)?.version == 2)
        #expect(all.version(4) == nil)
    }

    @Test func `a minted secret and the same one presented have one digest`() throws {
        let peppers = Peppers(newest: Pepper(version: 1, key: SymmetricKey(size: .bits256)))
        let secret = MintedSecret(.apiKey, brand: .claviger)
        let kept = secret.digest(under: peppers)
        let presented = try #require(PresentedSecret(parsing: Array(secret.reveal().utf8), brand: .claviger))
        #expect(kept.matches(presented.digest(under: peppers.newest)))
    }
}

@Suite("Brands")
struct BrandTests {
    @Test(arguments: ["ab", "clv", "altyaa", "abcdefgh"])
    func `2 to 8 lower-case letters are a brand`(_ text: String) {
        #expect(Brand(text)?.description == text)
    }

    @Test(arguments: ["", "a", "abcdefghi", "Clv", "cl1", "cl_", "cl ", "clé", "ｃｌｖ"])
    func `anything else is none`(_ text: String) {
        #expect(Brand(text) == nil)
    }
}
