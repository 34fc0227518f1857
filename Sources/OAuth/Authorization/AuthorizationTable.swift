import CredentialFormat
import Model
import Persistence

/// Runs the checks of an authorization request. While client and redirect URI are unproven, what is wrong is answered with a page
/// of ours; after that, with an error for the app (RFC 6749 §4.1.2.1).
struct AuthorizationTable: Sendable {
    let issuer: String
    let audiences: AudiencePolicy
    let pkce: PKCECheck
    let scope: ScopeCheck
    let hint: IDTokenHintCheck
    let standing: StandingCheck

    /// Who asks whom.
    ///
    /// - Throws: ``AuthorizationError``, what the store throws.
    func app(
        of parameters: AuthorizationParameters, asking member: ID<Member>?, tx: borrowing Transaction
    ) throws -> AskingApp {
        try ClientCheck.app(of: parameters, asking: member, tx: tx)
    }

    /// Where the answer goes, in the default mode (``ResponseModeCheck``).
    ///
    /// - Throws: ``AuthorizationError``, what the store throws.
    func returnAddress(
        of parameters: AuthorizationParameters, for app: App, tx: borrowing Transaction
    ) throws -> ReturnAddress {
        let uri: String
        do {
            uri = try RedirectURICheck.uri(of: parameters, for: app)
        } catch {
            throw error.made(by: try tx.organization(app.organization)?.name)
        }
        return ReturnAddress(
            uri: uri, mode: .query, state: try StateCheck.state(of: parameters), issuer: issuer, app: app.name)
    }

    /// What is asked for.
    ///
    /// - Throws: ``OAuthError``, what the store throws.
    func access(
        askedBy app: AskingApp, _ parameters: AuthorizationParameters, in flow: AuthorizationFlows,
        tx: borrowing Transaction
    ) throws -> AskedAccess {
        var asked = AskedAccess(by: app, followsSignIn: parameters.followsSignIn)
        for check in AuthorizationCheck.allCases where check.flows.contains(flow) {
            try run(check, parameters, &asked, tx: tx)
        }
        return asked
    }

    private func run(
        _ check: AuthorizationCheck, _ parameters: AuthorizationParameters, _ asked: inout AskedAccess,
        tx: borrowing Transaction
    ) throws {
        switch check {
        case .repetition: try RepetitionCheck.refuseRepeated(parameters)
        case .standing: try standing.require(asked.app, in: asked.owner)
        case .requestObject: try RequestObjectCheck.refuseObjects(parameters)
        case .responseType: try ResponseTypeCheck.require(in: parameters)
        case .scope: asked.scopes = try scope.scopes(of: parameters, for: asked.app)
        case .loginHint: asked.loginHint = LoginHintCheck.hint(of: parameters)
        case .pkce: asked.codeChallenge = try pkce.challenge(of: parameters, for: asked.app, asking: asked.scopes)
        case .resource:
            asked.resource = try ResourceCheck.resource(of: parameters, for: asked.scopes, under: audiences, tx: tx)
        case .nonce: asked.nonce = try NonceCheck.nonce(of: parameters)
        case .prompt: asked.prompts = try PromptCheck.prompts(of: parameters)
        case .maxAge: asked.maxAge = try MaxAgeCheck.seconds(of: parameters)
        case .idTokenHint: asked.expectedUser = try hint.user(of: parameters, for: asked.app)
        }
    }
}
