/// The proof key of RFC 7636, appendix B.
package enum ProofKey {
    package static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    package static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
}

/// A member as a test made them, with their password.
package struct MadeMember: Sendable {
    package let id: String
    package let email: String
    package let password: String
    /// Its path at the management API.
    package let path: String
}

/// An app as a test made it.
package struct MadeApp: Sendable {
    package let id: String
    /// Nil for a public app.
    package let secret: String?
    /// The first that it registered.
    package let redirectURI: String
    /// Its path at the management API.
    package let path: String

    package init(id: String, secret: String?, redirectURI: String, path: String) {
        self.id = id
        self.secret = secret
        self.redirectURI = redirectURI
        self.path = path
    }

    /// It as a client that shows its secret.
    package var client: DemoCredentials.Client? { secret.map { DemoCredentials.Client(id: id, secret: $0) } }

    /// The path of an authorization request of it.
    ///
    /// - Parameters:
    ///   - changes: Parameters instead of the usual ones; nil leaves one out.
    ///   - further: Parameters that are added as they are.
    package func request(_ changes: [String: String?] = [:], further: String = "") -> String {
        "/oauth2/authorize?" + query(changes) + further
    }

    /// The parameters of an authorization request.
    package func query(_ changes: [String: String?] = [:]) -> String {
        var parameters: [String: String?] = [
            "response_type": "code", "client_id": id, "redirect_uri": redirectURI, "scope": "data.read",
            "state": "s1", "code_challenge": ProofKey.challenge, "code_challenge_method": "S256",
        ]
        parameters.merge(changes) { $1 }
        return parameters.compactMap { name, value in value.map { "\(name)=\(Front.encoded($0))" } }.sorted()
            .joined(separator: "&")
    }
}

/// The tokens of an app.
package struct MadeTokens: Sendable {
    package let access: String
    package let refresh: String
    /// With the scope `openid`.
    package let id: String?

    /// Those of a reply of the token endpoint.
    package init(_ answer: Answer) throws {
        guard answer.status == 200 else { throw ServerFailure("No tokens: \(answer.status) \(answer.text)") }
        access = try answer.json["access_token"].string
        refresh = try answer.json["refresh_token"].string
        id = try? answer.json["id_token"].string
    }
}

extension HTTPFront {
    /// A new member, who has a password.
    package func makeMember(
        _ name: String = "ada", in organization: String, roles: [String] = ["admin"],
        password: String = "a password of a member", as bearer: String
    ) async throws -> MadeMember {
        let path = "/api/v1/organizations/\(organization)/members"
        let email = "\(name)@\(organization.replacing("_", with: "-").lowercased()).example"
        let made = try await make(
            path,
            [
                "email": .text(email), "name": .text(name), "roles": .list(roles.map { .text($0) }),
                "password": .text(password),
            ], as: bearer)
        let id = try made["id"].string
        return MadeMember(id: id, email: email, password: password, path: "\(path)/\(id)")
    }

    /// A new app; a confidential one unless `members` say otherwise.
    ///
    /// - Parameter members: Further members of the request.
    package func makeApp(
        in organization: String, redirectURIs: [String] = ["https://app.example.com/callback"],
        scopes: [String] = ["openid", "data.read", "data.write"], _ members: [String: JSON] = [:], as bearer: String
    ) async throws -> MadeApp {
        let path = "/api/v1/organizations/\(organization)/apps"
        let body: [String: JSON] = [
            "name": "App", "redirect_uris": .list(redirectURIs.map { .text($0) }),
            "scopes": .list(scopes.map { .text($0) }),
        ]
        let made = try await make(path, .object(body.merging(members) { $1 }), as: bearer)
        let id = try made["client_id"].string
        return MadeApp(
            id: id, secret: try? made["client_secret"].string, redirectURI: redirectURIs.first ?? "",
            path: "\(path)/\(id)")
    }

    /// Asks the token endpoint as an app does.
    package func token(
        _ parameters: [(String, String)], of app: MadeApp, headers: [(String, String)] = []
    ) async throws -> Answer {
        let own = app.client == nil ? [("client_id", app.id)] : []
        return try await form("/oauth2/token", parameters + own, client: app.client, headers: headers)
    }

    /// Exchanges a code.
    ///
    /// - Parameter changes: Parameters instead of the usual ones; nil leaves one out.
    package func exchange(
        _ code: String, of app: MadeApp, _ changes: [String: String?] = [:]
    ) async throws -> Answer {
        var parameters: [String: String?] = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": app.redirectURI,
            "code_verifier": ProofKey.verifier,
        ]
        parameters.merge(changes) { $1 }
        return try await token(parameters.compactMap { name, value in value.map { (name, $0) } }, of: app)
    }

    /// Exchanges a refresh token.
    package func refresh(
        _ token: String, of app: MadeApp, _ further: [(String, String)] = []
    ) async throws -> Answer {
        try await self.token([("grant_type", "refresh_token"), ("refresh_token", token)] + further, of: app)
    }
}
