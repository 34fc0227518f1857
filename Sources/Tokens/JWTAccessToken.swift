package import Model
import TextForms

/// Access tokens that others can verify by themselves through the JWK set: JWTs as in RFC 9068, ES256 alone.
///
/// Nothing that a token says is believed before its signature is checked. Its header must be, byte for byte, the one that
/// a key of ours writes: that picks the key, and with it the algorithm and the type (threats J1, J5).
package enum JWTAccessToken {
    /// The longest text that is looked at.
    package static let maximumLength = 8192

    /// The text of a token, signed with the key that is in use when it is issued. Fractions of a second are cut off.
    ///
    /// - Throws: ``TokenError/unrepresentable`` for one without audience, with times before 1970 or in the wrong order, or
    ///   longer than 8192 characters.
    package static func sign(_ token: AccessToken, issuer: String, with keys: KeySet) throws -> String {
        guard let key = keys.signingKey(.es256, at: token.issuedAt) else { throw TokenError.missing(.signing) }
        let claims = try JWTClaims.encode(token, issuer: issuer)
        let text = try key.jws(claims, behind: key.header)
        guard text.count <= maximumLength else { throw TokenError.unrepresentable }
        return String(decoding: text, as: UTF8.self)
    }

    /// The header of a token, nil where it has not the form of one that a key of ours writes.
    static func header(of text: [UInt8]) -> [UInt8]? {
        guard text.count <= maximumLength else { return nil }
        let segments = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard segments.count == 3, SigningKey.mayWrite(header: segments[0]) else { return nil }
        return Array(segments[0])
    }

    /// What the token says, or nil for anything that we did not sign for `issuer`, that was changed since, or whose key
    /// has retired. Whether it has expired or was revoked is another question.
    package static func verify(
        _ text: some RandomAccessCollection<UInt8>, issuer: String, with keys: KeySet
    ) -> AccessToken? {
        guard text.count <= maximumLength else { return nil }
        let bytes = Array(text)
        let segments = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard segments.count == 3, let key = keys.signing.first(where: { $0.header.elementsEqual(segments[0]) }),
            let signature = Base64URL.bytes(segments[2]),
            key.isValid(signature, for: bytes[..<segments[1].endIndex]),
            let claims = Base64URL.bytes(segments[1]),
            let token = JWTClaims.decode(claims, issuer: issuer)
        else { return nil }
        // We never signed one that outlives its key: what says so was made by somebody who has that key.
        if let end = key.retiresAt, token.expiresAt > end { return nil }
        return token
    }
}
