import CredentialFormat
import Model

/// The claims of an ID token (OpenID Connect Core §2, §5.1), in this order: `iss`, `sub`, `aud`, `exp`, `iat`,
/// `auth_time`, and where there is one: `nonce`, `at_hash`, `name`, `preferred_username`, `email` with
/// `email_verified`, and our own `organization_id` with `organization_name` and `account_id`.
///
/// As with ``JWTClaims``, reading accepts what ``encode(_:accessTokenHash:issuer:)`` writes, byte for byte, and nothing
/// else.
enum IDTokenClaims {
    /// - Throws: ``TokenError/unrepresentable`` for times before 1970.
    static func encode(_ token: IDToken, accessTokenHash: String?, issuer: String) throws(TokenError) -> [UInt8] {
        let times = [token.expiresAt, token.issuedAt, token.authenticatedAt].map(\.seconds)
        guard times.allSatisfy({ $0 >= 0 }), times[0] > times[1] else { throw .unrepresentable }
        var writer = ClaimsWriter()
        writer.raw(#"{"iss":"#)
        writer.text(issuer)
        writer.raw(#","sub":"#)
        writer.text(token.subject.description)
        writer.raw(#","aud":"#)
        writer.text(token.audience.description)
        writer.raw(#","exp":"#)
        writer.number(times[0])
        writer.raw(#","iat":"#)
        writer.number(times[1])
        writer.raw(#","auth_time":"#)
        writer.number(times[2])
        write(token.nonce, as: #","nonce":"#, to: &writer)
        write(accessTokenHash, as: #","at_hash":"#, to: &writer)
        write(token.claims.name, as: #","name":"#, to: &writer)
        write(token.claims.username, as: #","preferred_username":"#, to: &writer)
        write(token.claims.email, as: #","email":"#, to: &writer)
        if token.claims.email != nil { writer.raw(#","email_verified":false"#) }
        if let organization = token.claims.organization {
            write(organization.id.description, as: #","organization_id":"#, to: &writer)
            write(organization.name, as: #","organization_name":"#, to: &writer)
            write(organization.account.description, as: #","account_id":"#, to: &writer)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// The token, or nil for claims that ``encode(_:accessTokenHash:issuer:)`` does not write for this issuer.
    static func decode(_ bytes: [UInt8], issuer: String) -> IDToken? {
        var reader = ClaimsReader(bytes)
        guard reader.skip(#"{"iss":"#), reader.text() == issuer,
            reader.skip(#","sub":"#), let subject = reader.text().flatMap({ ID<Member>(parsing: $0) }),
            reader.skip(#","aud":"#), let audience = reader.text().flatMap({ ID<App>(parsing: $0) }),
            reader.skip(#","exp":"#), let expires = reader.number(),
            reader.skip(#","iat":"#), let issued = reader.number(), expires > issued,
            reader.skip(#","auth_time":"#), let authenticated = reader.number()
        else { return nil }
        guard let nonce = reader.optional(#","nonce":"#), reader.optional(#","at_hash":"#) != nil,
            let name = reader.optional(#","name":"#),
            let username = reader.optional(#","preferred_username":"#), let email = reader.optional(#","email":"#),
            email == nil || reader.skip(#","email_verified":false"#),
            let organization = organization(&reader), reader.skip("}"), reader.isAtEnd
        else { return nil }
        return IDToken(
            subject: subject, audience: audience, authenticatedAt: Instant(seconds: authenticated), nonce: nonce,
            claims: UserClaims(name: name, username: username, email: email, organization: organization),
            issuedAt: Instant(seconds: issued), expiresAt: Instant(seconds: expires))
    }

    private static func write(_ value: String?, as name: StaticString, to writer: inout ClaimsWriter) {
        guard let value else { return }
        writer.raw(name)
        writer.text(value)
    }

    /// `.some(nil)` where there is none, nil for one that is not whole.
    private static func organization(_ reader: inout ClaimsReader) -> UserClaims.Place?? {
        guard reader.skip(#","organization_id":"#) else { return .some(nil) }
        guard let id = reader.text().flatMap({ ID<Organization>(parsing: $0) }),
            reader.skip(#","organization_name":"#), let name = reader.text(),
            reader.skip(#","account_id":"#), let account = reader.text().flatMap({ ID<Organization>(parsing: $0) })
        else { return nil }
        return .some(UserClaims.Place(id: id, name: name, account: account))
    }
}

extension ClaimsReader {
    /// The text behind a name that need not be there: `.some(nil)` where it is not, nil where no text follows it.
    fileprivate mutating func optional(_ name: StaticString) -> String?? {
        guard skip(name) else { return .some(nil) }
        guard let text = text() else { return nil }
        return .some(text)
    }
}
