import CredentialFormat
import Model

/// The claims of an ID token (OpenID Connect Core §2, §5.1), in this order: `iss`, `sub`, `aud`, `exp`, `iat`,
/// `auth_time`, and where there is one: `nonce`, `at_hash`, `acr` with `amr` (RFC 8176) and `sid`, `name`, `preferred_username`, `email` with
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
        if let signIn = token.signIn { write(signIn, to: &writer) }
        write(token.claims.name, as: #","name":"#, to: &writer)
        write(token.claims.username, as: #","preferred_username":"#, to: &writer)
        write(token.claims.email, as: #","email":"#, to: &writer)
        if token.claims.email != nil {
            writer.raw(token.claims.isEmailVerified ? #","email_verified":true"# : #","email_verified":false"#)
        }
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
            let signIn = signIn(&reader), let name = reader.optional(#","name":"#),
            let username = reader.optional(#","preferred_username":"#), let email = reader.optional(#","email":"#),
            let isVerified = isVerified(email, &reader), let organization = organization(&reader), reader.skip("}"),
            reader.isAtEnd
        else { return nil }
        return IDToken(
            subject: subject, audience: audience, authenticatedAt: Instant(seconds: authenticated),
            signIn: signIn, nonce: nonce,
            claims: UserClaims(
                name: name, username: username, email: email, isEmailVerified: isVerified, organization: organization),
            issuedAt: Instant(seconds: issued), expiresAt: Instant(seconds: expires))
    }

    private static func write(_ value: String?, as name: StaticString, to writer: inout ClaimsWriter) {
        guard let value else { return }
        writer.raw(name)
        writer.text(value)
    }

    private static func write(_ signIn: SignInContext, to writer: inout ClaimsWriter) {
        write(signIn.level.rawValue, as: #","acr":"#, to: &writer)
        writer.raw(#","amr":["#)
        for (index, method) in signIn.methods.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.text(method.rawValue)
        }
        writer.raw("]")
        write(signIn.session.description, as: #","sid":"#, to: &writer)
    }

    /// `.some(nil)` where there is none, nil for one that is not whole or contradicts itself.
    private static func signIn(_ reader: inout ClaimsReader) -> SignInContext?? {
        guard reader.skip(#","acr":"#) else { return .some(nil) }
        guard let level = reader.text(), reader.skip(#","amr":["#) else { return nil }
        var methods: [SignInMethod] = []
        while !reader.skip("]") {
            guard methods.isEmpty || reader.skip(","), let method = reader.text().flatMap(SignInMethod.init(rawValue:))
            else { return nil }
            methods.append(method)
        }
        guard reader.skip(#","sid":"#), let session = reader.text().flatMap({ ID<MemberSession>(parsing: $0) }) else {
            return nil
        }
        let signIn = SignInContext(session: session, methods: methods)
        return signIn.level.rawValue == level ? .some(signIn) : nil
    }

    /// Whether the address is verified, nil where one has no word of that.
    private static func isVerified(_ email: String?, _ reader: inout ClaimsReader) -> Bool? {
        guard email != nil else { return false }
        if reader.skip(#","email_verified":true"#) { return true }
        return reader.skip(#","email_verified":false"#) ? false : nil
    }

    /// `.some(nil)` where there is none, nil for one that is not whole.
    private static func organization(_ reader: inout ClaimsReader) -> UserClaims.ChosenOrganization?? {
        guard reader.skip(#","organization_id":"#) else { return .some(nil) }
        guard let id = reader.text().flatMap({ ID<Organization>(parsing: $0) }),
            reader.skip(#","organization_name":"#), let name = reader.text(),
            reader.skip(#","account_id":"#), let account = reader.text().flatMap({ ID<Organization>(parsing: $0) })
        else { return nil }
        return .some(UserClaims.ChosenOrganization(id: id, name: name, account: account))
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
