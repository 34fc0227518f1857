import CredentialFormat
package import Model
package import OAuth
import Persistence
import Policy
import ProductDefinition
import Verification

/// An app as it was registered, with its first secret unless it is public.
package struct SampleApp: Sendable {
    package let app: App
    package let secret: String?

    package var id: String { app.id.description }

    /// What proves it, nil for a public one.
    package var client: SampleClient? { secret.map { SampleClient(id: id, secret: $0) } }
}

extension SampleDesk {
    /// Where the sample apps are sent back to.
    package static let callback = "https://app.example.com/back"

    /// Registers an app, a second after whatever was made before it.
    package func app(
        in organization: Organization, authentication: AppAuthentication = .basic,
        redirectURIs: [String] = [SampleDesk.callback], scopes: String = "data.read openid reports.read",
        availability: App.Availability = .account, accessTokenSeconds: Int? = nil, refreshTokenSeconds: Int? = nil,
        tokenFormat: TokenFormat = .sealed, requiresPKCE: Bool? = nil
    ) async throws -> SampleApp {
        tree.clock.advance(seconds: 1)
        let app = App(
            id: ID(at: now.milliseconds), organization: organization.id, name: "Planner", availability: availability,
            authentication: authentication,
            requiresPKCE: requiresPKCE ?? !tree.product.policy.confidentialAppsWithoutPKCE,
            redirectURIs: try redirectURIs.map { try RedirectURI(parsing: $0) },
            signedOutURIs: [], scopes: ScopeSet(parsing: scopes) ?? .empty, links: AppLinks(),
            accessTokenSeconds: accessTokenSeconds, refreshTokenSeconds: refreshTokenSeconds,
            tokenFormat: tokenFormat, idTokenAlgorithm: .es256, createdAt: now, createdBy: "test")
        let account = organization.account
        let made = authentication == .none ? nil : firstSecret(of: app)
        try await tree.store.write { tx in
            try tx.insert(app, account: account)
            if let made { try tx.insert(made.secret) }
        }
        return SampleApp(app: app, secret: made?.text)
    }

    private func firstSecret(of app: App) -> (secret: ClientSecret, text: String) {
        let made = MintedSecret(.clientSecret, brand: tree.product.brand)
        let secret = ClientSecret(
            id: ID(at: now.milliseconds), client: .app(app.id), digest: made.digest(under: tree.peppers),
            hint: made.hint, createdAt: now, expiresAt: nil, lastUse: nil)
        return (secret, made.reveal())
    }

    /// A member who has just signed in, with all rights that their roles give.
    package func signedIn(
        in organization: Organization, roles: [String] = ["admin"], email: String = "ada@example.com"
    ) async throws -> SignedInMember {
        let member = try await tree.member(in: organization, roles: roles, email: email)
        return signedIn(member, in: organization)
    }

    /// A member who has signed in now.
    package func signedIn(_ member: Member, in organization: Organization) -> SignedInMember {
        SignedInMember(
            id: member.id, organization: organization.path, authenticatedAt: now,
            permissions: Set(Permission.allCases))
    }

    /// A whole request of an app, with these parameters in place of its own; nil leaves one out.
    package func request(of app: SampleApp, _ changes: [String: String?] = [:]) -> String {
        let own: [(String, String)] = [
            ("client_id", app.id), ("redirect_uri", Self.callback), ("response_type", "code"), ("state", "s t/ä"),
            ("scope", "data.read"), ("code_challenge", ProofKey.challenge), ("code_challenge_method", "S256"),
        ]
        var parameters = own.compactMap { name, value -> (String, String)? in
            guard let change = changes[name] else { return (name, value) }
            return change.map { (name, $0) }
        }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !own.contains(where: { $0.0 == name }) {
            if let value { parameters.append((name, value)) }
        }
        return parameters.map { "\(Front.encoded($0))=\(Front.encoded($1))" }.joined(separator: "&")
    }

    private var context: AuditContext { AuditContext(requestID: "req-app", address: nil) }

    package func authorize(_ query: String, as member: SignedInMember?) async throws -> AuthorizationOutcome {
        try await authorization.answer(query, as: member, from: context, at: now)
    }

    package func approve(
        _ query: String, in organization: Organization, as member: SignedInMember
    ) async throws -> AuthorizationOutcome {
        try await authorization.approve(query, in: organization.id, as: member, from: context, at: now)
    }

    /// The code that an approved request brings.
    package func code(
        for app: SampleApp, _ changes: [String: String?] = [:], in organization: Organization,
        as member: SignedInMember
    ) async throws -> String {
        let outcome = try await approve(request(of: app, changes), in: organization, as: member)
        guard let code = outcome.response?["code"] else { throw ServerFailure("No code: \(outcome)") }
        return code
    }

    /// What the token endpoint gives an app.
    package func tokens(for app: SampleApp, _ parameters: [(String, String)]) async throws -> AppTokens {
        let own = app.secret == nil ? [("client_id", app.id)] : []
        return try await tokens(as: app.client, own + parameters)
    }

    /// What the token endpoint gives whoever claims to be this client.
    package func tokens(as client: SampleClient?, _ parameters: [(String, String)]) async throws -> AppTokens {
        let request = try request(client, parameters)
        let answer = try await complete(request) { try tokens.answer($0, $1, noting: &$2) }
        guard case .exchange(let exchange) = answer else { throw ServerFailure("No exchange") }
        return try await tokens.perform(exchange, for: request, requestID: "req-exchange")
    }

    /// Exchanges a code, with these parameters in place of the right ones; nil leaves one out.
    package func exchange(
        _ code: String, for app: SampleApp, _ changes: [String: String?] = [:]
    ) async throws -> AppTokens {
        var parameters: [String: String?] = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": Self.callback,
            "code_verifier": ProofKey.verifier,
        ]
        parameters.merge(changes) { $1 }
        return try await tokens(for: app, parameters.compactMap { name, value in value.map { (name, $0) } })
    }

    /// Refreshes, with these further parameters.
    package func refresh(
        _ refreshToken: String, for app: SampleApp, _ further: [(String, String)] = []
    ) async throws -> AppTokens {
        try await tokens(
            for: app, [("grant_type", "refresh_token"), ("refresh_token", refreshToken)] + further)
    }

    /// The first tokens of an app, by the consent of a member.
    package func consented(
        to app: SampleApp, _ changes: [String: String?] = [:], in organization: Organization,
        as member: SignedInMember
    ) async throws -> AppTokens {
        try await exchange(try await code(for: app, changes, in: organization, as: member), for: app)
    }
}

extension AuthorizationOutcome {
    /// What goes to the app, if anything does.
    package var response: AuthorizationResponse? {
        if case .redirect(let response) = self { response } else { nil }
    }

    /// The error that goes to the app.
    package var error: String? { response?["error"] }

    /// Why a page of ours is shown.
    package var pageReason: AuthorizationError.Reason? {
        if case .errorPage(let error) = self { error.reason } else { nil }
    }

    /// What the user is asked.
    package var question: ConsentQuestion? {
        if case .consent(_, let question) = self { question } else { nil }
    }

    /// The request for which somebody has to sign in.
    package var awaitingSignIn: AuthorizationRequest? {
        if case .signIn(let request) = self { request } else { nil }
    }
}

extension AuthorizationResponse {
    /// The value of a parameter.
    package subscript(name: String) -> String? {
        parameters.first { $0.name == name }?.value
    }
}

extension AuthorizationRequest {
    /// The query to go on with after a sign-in.
    package var continuation: String { AuthorizationEndpoint.continuation(of: query) }
}
