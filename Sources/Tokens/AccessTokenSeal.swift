package import CredentialFormat
package import Model

/// Access tokens that are opaque to everyone but us and need no row (record 0001): an ``AccessTokenRecord`` in a
/// ``TextSeal``.
///
/// Rotate the sealing key each month at 1,000 tokens a second.
package struct AccessTokenSeal: Sendable {
    private let seal: TextSeal

    /// The seal of one installation.
    ///
    /// - Parameter issuer: Its public base URL, from the configuration (law 13).
    package init(brand: Brand, issuer: String) {
        seal = TextSeal(.accessToken, brand: brand, issuer: issuer)
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
        return try seal.seal(try AccessTokenRecord.encode(token), with: key, using: &random)
    }

    /// What the token says, or nil for anything that we did not seal, that was changed since, or whose key has retired.
    /// Whether it has expired or was revoked is another question.
    package func open(_ text: some RandomAccessCollection<UInt8>, with keys: KeySet) -> AccessToken? {
        guard let (plain, key) = seal.open(text, with: keys.sealing), let token = AccessTokenRecord.decode(plain) else {
            return nil
        }
        // We never sealed one that outlives its key: what says so was made by somebody who has that key.
        if let end = key.retiresAt, token.expiresAt > end { return nil }
        return token
    }

    /// The version of the key that a token says it is sealed under, nil for what has not the form of one.
    func sealingKeyVersion(of text: [UInt8]) -> UInt16? {
        seal.keyVersion(of: text)
    }
}
