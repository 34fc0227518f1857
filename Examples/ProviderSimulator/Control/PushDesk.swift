import Crypto
import Foundation
import TextForms

/// What a provider tells a client by itself.
struct Push: Sendable {
    let address: String
    let contentType: String
    let body: String
}

/// Writes what Meta and Google send when somebody takes something back: a signed request, or a security event token (RFC 8417).
struct PushDesk {
    let world: World

    /// The members: `provider`, `kind`, `account` or `token`, `client_id`, `to`, and `forged` for a wrong signature.
    func answer(_ body: JSONValue) -> Reply {
        guard let address = body["to"]?.string, address.hasPrefix("http://") || address.hasPrefix("https://") else {
            return problem("to is the address to send it to.")
        }
        let push: Push?
        switch body["provider"]?.string {
        case "facebook": push = signedRequest(body, .facebook, to: address)
        case "instagram": push = signedRequest(body, .instagram, to: address)
        case "google": push = securityEvent(body, to: address)
        default: return problem("provider is facebook, instagram or google.")
        }
        guard let push else {
            return problem(
                "kind is deauthorize or data_deletion, or for google one of \(Self.events.keys.sorted().joined(separator: ", ")); account or token and client_id name a grant, and the client's secret is known."
            )
        }
        var reply = Reply.json([:])
        reply.push = push
        return reply
    }

    private func problem(_ text: String) -> Reply { .json(["error": .text(text)], status: 400) }

    // MARK: Meta

    private func signedRequest(_ body: JSONValue, _ provider: ProviderName, to address: String) -> Push? {
        guard ["deauthorize", "data_deletion"].contains(body["kind"]?.string ?? ""),
            let (account, client) = whom(body, provider),
            let secret = body["secret"]?.string ?? world.clients.secret(of: client, at: provider)
        else { return nil }
        let claims: JSONValue = [
            "algorithm": "HMAC-SHA256", "issued_at": .integer(world.now), "user_id": .text(account.id),
        ]
        let payload = Base64URL.text(Array(claims.description.utf8))
        let key = (body["forged"]?.isTrue ?? false) ? secret + "-forged" : secret
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(payload.utf8), using: SymmetricKey(data: Array(key.utf8)))
        let form = Parameters([("signed_request", Base64URL.text(Array(code)) + "." + payload)])
        return Push(address: address, contentType: "application/x-www-form-urlencoded", body: form.encoded)
    }

    // MARK: Google

    private static let events: [String: String] = {
        let risc = "https://schemas.openid.net/secevent/risc/event-type/"
        let oauth = "https://schemas.openid.net/secevent/oauth/event-type/"
        return [
            "tokens-revoked": oauth + "tokens-revoked", "token-revoked": oauth + "token-revoked",
            "sessions-revoked": risc + "sessions-revoked", "account-disabled": risc + "account-disabled",
            "account-enabled": risc + "account-enabled", "verification": risc + "verification",
            "account-credential-change-required": risc + "account-credential-change-required",
        ]
    }()

    private func securityEvent(_ body: JSONValue, to address: String) -> Push? {
        guard let kind = body["kind"]?.string, let event = Self.events[kind] else { return nil }
        let issuer = body["issuer"]?.string ?? GoogleKey.issuer
        var audience = body["client_id"]?.parameter
        var content: JSONValue = [:]
        if kind == "verification" {
            content = ["state": .text(body["state"]?.string ?? "")]
        } else if kind == "token-revoked" {
            guard let (grant, token) = refreshToken(body) else { return nil }
            audience = audience ?? grant.client
            content = [
                "subject": [
                    "subject_type": "oauth_token", "token_type": "refresh_token",
                    "token_identifier_alg": "hash_base64_sha512_sha512", "token": .text(Self.digest(token)),
                ]
            ]
        } else {
            guard let (account, client) = whom(body, .google) else { return nil }
            audience = audience ?? client
            content = [
                "subject": ["subject_type": "iss-sub", "iss": .text(issuer), "sub": .text(account.id)]
            ]
            content = content.adding("reason", body["reason"])
        }
        guard let audience else { return nil }
        let claims: JSONValue = [
            "iss": .text(issuer), "aud": .text(audience), "iat": .integer(world.now),
            "jti": .text(body["jti"]?.string ?? "sim-\(world.faults.nextID())-\(world.now)"),
            "events": .object([JSONValue.Member(name: event, value: content)]),
        ]
        let isForged = body["forged"]?.isTrue ?? false
        guard let text = world.googleKey.signed(claims, type: "secevent+jwt", isForged: isForged) else { return nil }
        return Push(address: address, contentType: "application/secevent+jwt", body: text)
    }

    /// The refresh token that an event is about: the one given, or the newest of an account.
    private func refreshToken(_ body: JSONValue) -> (Grant, String)? {
        if let text = body["token"]?.string {
            return TokenText(in: text, world.seed).flatMap { world.grant($0.grant) }.map { ($0, text) }
        }
        guard let account = body["account"]?.parameter, let person = world.person(account, at: .google),
            let grant = world.grants(of: person).last
        else { return nil }
        return (grant, world.refreshToken(of: grant))
    }

    private static func digest(_ token: String) -> String {
        Data(SHA512.hash(data: Data(SHA512.hash(data: Data(token.utf8))))).base64EncodedString()
    }

    private func whom(_ body: JSONValue, _ provider: ProviderName) -> (Account, String)? {
        if let text = body["token"]?.string {
            guard let token = TokenText(in: text, world.seed), let grant = world.grant(token.grant) else { return nil }
            return (grant.account, grant.client)
        }
        guard let name = body["account"]?.parameter, let person = world.person(name, at: provider),
            let client = body["client_id"]?.parameter ?? world.grants(of: person).last?.client
        else { return nil }
        return (Account(provider, person.number, seed: world.seed), client)
    }
}
