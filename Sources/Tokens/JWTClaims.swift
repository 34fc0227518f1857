import CredentialFormat
import Model
import Policy

/// The claims of a JWT access token (RFC 9068 §2.2): `iss`, `sub`, `aud` (a text, or a list of more than one),
/// `client_id`, `scope` (only if there are any), `jti`, `iat`, `exp`, and our own `account_id` and `organization_id`, `lineage_id`
/// in the token of an app, and in that of an integration which acts for a contact `contact_id`, `access_key_id` and
/// `access_key_generation`.
///
/// Written and read by hand: a generic JSON encoder costs more than all the rest but the signature. Reading accepts what
/// ``encode(_:issuer:)`` writes, byte for byte, and nothing else: a claim twice, another order or a space is refused.
enum JWTClaims {
    /// - Throws: ``TokenError/unrepresentable`` for a token without audience or with times before 1970 or in the wrong
    ///   order.
    static func encode(_ token: AccessToken, issuer: String) throws(TokenError) -> [UInt8] {
        let (issued, expires) = (token.issuedAt.seconds, token.expiresAt.seconds)
        guard !token.audiences.isEmpty, issued >= 0, expires > issued else { throw .unrepresentable }
        let client = token.client.description
        var writer = ClaimsWriter()
        writer.raw(#"{"iss":"#)
        writer.text(issuer)
        writer.raw(#","sub":"#)
        writer.text(token.subject ?? client)
        writer.raw(#","aud":"#)
        if token.audiences.count == 1 {
            writer.text(token.audiences[0])
        } else {
            for (index, audience) in token.audiences.enumerated() {
                writer.raw(index == 0 ? "[" : ",")
                writer.text(audience)
            }
            writer.raw("]")
        }
        writer.raw(#","client_id":"#)
        writer.text(client)
        if !token.scopes.isEmpty {
            writer.raw(#","scope":"#)
            writer.text(token.scopes.text)
        }
        writer.raw(#","jti":"#)
        writer.text(token.id.description)
        writer.raw(#","iat":"#)
        writer.number(issued)
        writer.raw(#","exp":"#)
        writer.number(expires)
        writer.raw(#","account_id":"#)
        writer.text(token.account.description)
        writer.raw(#","organization_id":"#)
        writer.text(token.organization.description)
        if let contact = token.contact {
            // An app acts for a user, and never for a contact.
            guard token.lineage == nil else { throw .unrepresentable }
            writer.raw(#","contact_id":"#)
            writer.text(contact.contact.description)
            if let proof = contact.proof {
                writer.raw(#","access_key_id":"#)
                writer.text(proof.accessKey.description)
                writer.raw(#","access_key_generation":"#)
                writer.number(Int64(proof.generation))
            }
        }
        if let lineage = token.lineage {
            writer.raw(#","lineage_id":"#)
            writer.text(lineage.description)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// The token, or nil for claims that ``encode(_:issuer:)`` does not write for this issuer.
    static func decode(_ bytes: [UInt8], issuer: String) -> AccessToken? {
        var reader = ClaimsReader(bytes)
        guard reader.skip(#"{"iss":"#), reader.text() == issuer,
            reader.skip(#","sub":"#), let subject = reader.text(),
            reader.skip(#","aud":"#), let audiences = audiences(&reader),
            reader.skip(#","client_id":"#), let clientText = reader.text(),
            let client = ClientID(parsing: clientText)
        else { return nil }
        var scopes = ScopeSet.empty
        if reader.skip(#","scope":"#) {
            guard let text = reader.text(), let set = ScopeSet(canonical: Array(text.utf8)[...]) else { return nil }
            scopes = set
        }
        guard reader.skip(#","jti":"#), let id = reader.text().flatMap({ ID<AccessToken>(parsing: $0) }),
            reader.skip(#","iat":"#), let issued = reader.number(),
            reader.skip(#","exp":"#), let expires = reader.number(), expires > issued,
            reader.skip(#","account_id":"#), let account = reader.text().flatMap({ ID<Organization>(parsing: $0) }),
            reader.skip(#","organization_id":"#),
            let organization = reader.text().flatMap({ ID<Organization>(parsing: $0) }),
            let contact = contact(client, &reader, subject: subject), let holder = holder(client, &reader),
            reader.skip("}"), reader.isAtEnd
        else { return nil }
        return AccessToken(
            id: id, holder: holder, account: account, organization: organization,
            subject: subject == clientText ? nil : subject, contact: contact, scopes: scopes, audiences: audiences,
            issuedAt: Instant(seconds: issued), expiresAt: Instant(seconds: expires))
    }

    /// Nil for what ``encode(_:issuer:)`` does not write, `.some(nil)` where there is none.
    private static func contact(
        _ client: ClientID, _ reader: inout ClaimsReader, subject: String
    ) -> ActingContact?? {
        guard reader.skip(#","contact_id":"#) else { return .some(nil) }
        guard case .integration = client, let text = reader.text(), text == subject,
            let contact = ID<Contact>(parsing: text)
        else { return nil }
        guard reader.skip(#","access_key_id":"#) else { return ActingContact(contact, by: nil) }
        guard let key = reader.text().flatMap({ ID<AccessKey>(parsing: $0) }),
            reader.skip(#","access_key_generation":"#), let generation = reader.number(), generation >= 0
        else { return nil }
        return ActingContact(contact, by: ActingContact.Proof(accessKey: key, generation: Int(generation)))
    }

    /// An app's token names its lineage, an integration's has none.
    private static func holder(_ client: ClientID, _ reader: inout ClaimsReader) -> AccessToken.Holder? {
        switch client {
        case .integration(let id): return .integration(id)
        case .app(let id):
            guard reader.skip(#","lineage_id":"#),
                let lineage = reader.text().flatMap({ ID<RefreshLineage>(parsing: $0) })
            else { return nil }
            return .app(id, lineage: lineage)
        case .resourceServer: return nil
        }
    }

    private static func audiences(_ reader: inout ClaimsReader) -> [String]? {
        guard reader.skip("[") else { return reader.text().map { [$0] } }
        var result: [String] = []
        repeat {
            guard let audience = reader.text() else { return nil }
            result.append(audience)
        } while reader.skip(",")
        return reader.skip("]") && result.count > 1 ? result : nil
    }
}
