import CredentialFormat
import HTTPTypes
import Model
import OAuth
import Policy
import Verification

/// The replies of the OAuth endpoints as they go over the wire.
enum OAuthReply {
    /// RFC 6749 §5.1.
    static func token(_ issued: IssuedToken) -> HotReply {
        var json = JSONWriter(capacity: 640)
        json.object { json in
            json.member("access_token", issued.text)
            json.member("token_type", "Bearer")
            json.member("expires_in", issued.expiresIn)
            json.member("scope", issued.token.scopes.text)
        }
        var reply = HotReply.json(json.bytes)
        reply.fields.append(("Pragma", "no-cache"))
        reply.caller = issued.clientText
        reply.organization = issued.organizationText
        reply.issued = (.clientCredentials, issued.format)
        return reply
    }

    /// RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.
    static func tokens(_ issued: AppTokens) -> HotReply {
        var json = JSONWriter(capacity: 1024)
        json.object { json in
            json.member("access_token", issued.accessToken)
            json.member("token_type", "Bearer")
            json.member("expires_in", issued.expiresIn)
            json.member("scope", issued.scope)
            json.member("refresh_token", issued.refreshToken)
            if let idToken = issued.idToken { json.member("id_token", idToken) }
        }
        var reply = HotReply.json(json.bytes)
        reply.fields.append(("Pragma", "no-cache"))
        reply.caller = issued.clientText
        return reply
    }

    /// RFC 7662 §2.2.
    static func introspection(_ answer: IntrospectionEndpoint.Answer, issuer: String) -> HotReply {
        switch answer {
        case .inactive(let rule):
            var reply = HotReply.json(inactive)
            reply.rule = rule.name
            return reply
        case .active(let caller, let username, let watched):
            var reply = HotReply.json(active(caller, username: username, watched, issuer: issuer))
            reply.caller = caller.credential.identifierText
            reply.organization = caller.standing.organizationText
            return reply
        case .refreshToken(let token):
            var reply = HotReply.json(active(token, issuer: issuer))
            reply.caller = token.lineage.description
            reply.organization = token.organization.last.description
            return reply
        }
    }

    /// RFC 6749 §5.2. 401 and a challenge for a client that used the header, 400 otherwise.
    ///
    /// - Parameters:
    ///   - status: In place of that which the error has.
    ///   - retryAfter: After how many seconds the request may be repeated, where there were too many.
    static func error(
        _ error: OAuthError, realm: String, status: HTTPResponse.Status? = nil, retryAfter: Int = 60
    ) -> HotReply {
        let body = JSONWriter.object { json in
            json.member("error", error.code.rawValue)
            json.member("error_description", error.description)
        }
        let status = status ?? Self.status(of: error)
        var reply = HotReply.json(body, status: status)
        reply.fields.append(("Pragma", "no-cache"))
        if status == .unauthorized {
            reply.fields.append(("WWW-Authenticate", "Basic realm=\"\(realm)\", charset=\"UTF-8\""))
        }
        if status == .tooManyRequests { reply.fields.append(("Retry-After", String(retryAfter))) }
        reply.rule = error.rule
        return reply
    }

    private static func status(of error: OAuthError) -> HTTPResponse.Status {
        switch error.code {
        case .invalidClient: .unauthorized
        case .temporarilyUnavailable: .tooManyRequests
        case .invalidRequest, .invalidGrant, .invalidScope, .invalidTarget, .unauthorizedClient, .unsupportedGrantType,
            .unsupportedTokenType, .unsupportedResponseType, .accessDenied, .loginRequired, .consentRequired,
            .interactionRequired, .requestNotSupported, .requestURINotSupported, .registrationNotSupported:
            .badRequest
        }
    }

    /// Neither yes nor no: the database cannot be asked. RFC 6749 has the code for the authorization endpoint, RFC 7009
    /// §2.2.1 the status: a token that was to be revoked is to be taken for one that still exists.
    static func unavailable(rule: String) -> HotReply {
        let body = JSONWriter.object { json in
            json.member("error", OAuthError.Code.temporarilyUnavailable.rawValue)
            json.member("error_description", "The server cannot answer at present; try again later.")
        }
        var reply = HotReply.json(body, status: .serviceUnavailable)
        reply.fields.append(("Retry-After", "1"))
        reply.rule = rule
        return reply
    }

    private static let inactive = Array(#"{"active":false}"#.utf8)

    private static func active(
        _ caller: VerifiedCaller, username: String?, _ watched: IntrospectionEndpoint.Watched?, issuer: String
    ) -> [UInt8] {
        let credential = caller.credential
        let identifier = credential.identifierText
        var json = JSONWriter(capacity: 640)
        json.object { json in
            json.member("active", true)
            json.member("scope", credential.scopes.text)
            switch credential {
            case .apiKey:
                json.member("sub", identifier)
                json.member("credential_type", "api_key")
            case .accessToken(let token):
                json.member("client_id", token.client.identifierText)
                json.member("token_type", "Bearer")
                if let username { json.member("username", username) }
                json.member("sub", token.subjectText)
                json.name("aud")
                if token.audiences.count == 1, let audience = token.audiences.first {
                    json.string(audience)
                } else {
                    json.array(token.audiences) { $0.string($1) }
                }
                json.member("jti", identifier)
                json.member("credential_type", "access_token")
            }
            json.member("iss", issuer)
            json.member("iat", Int(credential.issuedAt.seconds))
            json.member("nbf", Int(credential.issuedAt.seconds))
            json.member("exp", Int(credential.expiresAt.seconds))
            json.member("credential_id", identifier)
            json.member("account_id", caller.standing.accountText)
            json.member("organization_id", caller.standing.organizationText)
            json.member("organization_path", caller.standing.pathText)
            if let contact = credential.contact { json.member("contact_id", contact.identifierText) }
            if let fingerprints = watched?.fingerprints { json.member("claviger_watch", fingerprints) }
            if let age = watched?.age { json.member("claviger_age", Int((age + 999_999) / 1_000_000)) }
            if watched != nil, let ranges = credential.addresses.ranges {
                json.member("claviger_addresses", ranges.map(\.description))
            }
        }
        return json.bytes
    }

    /// A refresh token has no audience and no `token_type`: it is shown to nobody but us.
    private static func active(_ token: LiveRefreshToken, issuer: String) -> [UInt8] {
        var json = JSONWriter(capacity: 640)
        json.object { json in
            json.member("active", true)
            json.member("scope", token.scopes.text)
            json.member("client_id", token.app.description)
            if let username = token.username { json.member("username", username) }
            json.member("sub", token.member.description)
            json.member("credential_type", "refresh_token")
            json.member("iss", issuer)
            json.member("iat", Int(token.issuedAt.seconds))
            json.member("nbf", Int(token.issuedAt.seconds))
            json.member("exp", Int(token.expiresAt.seconds))
            json.member("credential_id", token.lineage.description)
            json.member("account_id", token.organization.root.description)
            json.member("organization_id", token.organization.last.description)
            json.member("organization_path", token.organization.description)
        }
        return json.bytes
    }
}
