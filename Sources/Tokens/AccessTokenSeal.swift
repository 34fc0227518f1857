package import CredentialFormat
import Crypto
import FoundationEssentials
package import Model

/// Access tokens that are opaque to everyone but us and need no row (design §4.2).
///
/// Text: `<brand>_at_<body><check>` (``CredentialText``). Body, in base62 blocks: format version (1 byte), key version
/// (2), nonce (12), ciphertext of an ``AccessTokenRecord``, tag (16): AES-256-GCM. Associated data: format version, key
/// version, kind and issuer, so a token of another installation, of another kind or under another key's number does not
/// open, whoever sealed it.
///
/// The random nonce allows some 2³² tokens a key: rotate the sealing key each month at 1,000 tokens a second.
package struct AccessTokenSeal: Sendable {
    private static let formatVersion: UInt8 = 1
    private static let headLength = 3
    private static let nonceLength = 12
    private static let tagLength = 16

    private let brand: Brand
    /// The kind and the issuer.
    private let context: [UInt8]

    /// The seal of one installation.
    ///
    /// - Parameter issuer: Its public base URL, from the configuration (law 13).
    package init(brand: Brand, issuer: String) {
        self.brand = brand
        context = Array("\(CredentialKind.accessToken.rawValue) \(issuer)".utf8)
    }

    /// The text of a token, under the newest key.
    ///
    /// - Throws: ``TokenError/unrepresentable`` for one with more scopes or audiences than 4096 characters hold.
    package func seal(_ token: AccessToken, with keys: KeySet) throws -> String {
        var random = RandomDraw()
        return try seal(token, with: keys, using: &random)
    }

    /// The text of a token, under the newest key, with a nonce from `random`.
    ///
    /// - Throws: ``TokenError/unrepresentable`` for one with more scopes or audiences than 4096 characters hold.
    package func seal(
        _ token: AccessToken, with keys: KeySet, using random: inout RandomDraw
    ) throws -> String {
        guard let key = keys.sealing.first else { throw TokenError.missing(.sealing) }
        var sealed = [Self.formatVersion] + KeySet.bytes(key.version)
        let box = try AES.GCM.seal(
            try AccessTokenRecord.encode(token), using: key.key,
            nonce: AES.GCM.Nonce(data: Self.freshNonce(from: &random)), authenticating: sealed + context)
        guard let combined = box.combined else { throw TokenError.unrepresentable }
        combined.withUnsafeBytes { sealed.append(contentsOf: $0) }
        let text = CredentialText.compose(brand, .accessToken, spelling: sealed)
        guard text.utf8.count <= CredentialText.maximumLength else { throw TokenError.unrepresentable }
        return text
    }

    /// What the token says, or nil for anything that we did not seal, that was changed since, or whose key has retired.
    /// Whether it has expired or was revoked is another question.
    package func open(_ text: some RandomAccessCollection<UInt8>, with keys: KeySet) -> AccessToken? {
        guard text.count <= CredentialText.maximumLength else { return nil }
        return open(Array(text), with: keys)
    }

    /// The version of the key that a token says it is sealed under, nil for what has not the form of one.
    func sealingKeyVersion(of text: [UInt8]) -> UInt16? {
        parts(text)?.version
    }

    private func parts(_ text: [UInt8]) -> (version: UInt16, bytes: [UInt8])? {
        guard let (kind, body) = CredentialText.parse(text, brand: brand), kind == .accessToken,
            let bytes = Base62.bytes(body), bytes.count > Self.headLength + Self.nonceLength + Self.tagLength,
            bytes[0] == Self.formatVersion
        else { return nil }
        return (UInt16(bytes[1]) << 8 | UInt16(bytes[2]), bytes)
    }

    private func open(_ text: [UInt8], with keys: KeySet) -> AccessToken? {
        guard let (version, bytes) = parts(text) else { return nil }
        guard let key = keys.sealing.first(where: { $0.version == version }),
            let box = try? AES.GCM.SealedBox(combined: bytes[Self.headLength...]),
            let plain = try? AES.GCM.open(box, using: key.key, authenticating: bytes[..<Self.headLength] + context),
            let token = AccessTokenRecord.decode(Array(plain))
        else { return nil }
        // We never sealed one that outlives its key: what says so was made by somebody who has that key.
        if let end = key.retiresAt, token.expiresAt > end { return nil }
        return token
    }

    private static func freshNonce(from random: inout RandomDraw) -> [UInt8] {
        var words = (random.next(), random.next())
        return withUnsafeBytes(of: &words) { Array($0.prefix(nonceLength)) }
    }
}
