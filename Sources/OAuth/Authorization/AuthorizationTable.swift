import Model
import Persistence
import ProductDefinition

/// The checks of an authorization request, one after another. What stands above the line is answered with a page of
/// ours, what stands below it with an error for the app (RFC 6749 §4.1.2.1).
struct AuthorizationTable: Sendable {
    let issuer: String
    let audiences: AudiencePolicy
    let pkce: PKCECheck
    let scope: ScopeCheck
    let hint: IDTokenHintCheck
    let standing: StandingCheck

    /// - Throws: ``AuthorizationError``, or ``EarlyOutcome`` with the error for the app; what the store throws.
    func request(_ parameters: AuthorizationParameters, tx: borrowing Transaction) throws -> AuthorizationRequest {
        let app = try ClientCheck.app(of: parameters, tx: tx)
        let uri: String
        do {
            uri = try RedirectURICheck.uri(of: parameters, for: app)
        } catch {
            throw error.made(by: try tx.organization(app.organization)?.name)
        }
        let state = try StateCheck.state(of: parameters)
        // ------------------------------------------------------------------------------------------------------------
        var address = ReturnAddress(uri: uri, mode: .query, state: state, issuer: issuer, app: app.name)
        do {
            address.mode = try ResponseModeCheck.mode(of: parameters, to: uri)
            try RepetitionCheck.refuseRepeated(parameters)
            try standing.require(of: app, tx: tx)
            try RequestObjectCheck.refuseObjects(parameters)
            try ResponseTypeCheck.require(in: parameters)
            let scopes = try scope.scopes(of: parameters, for: app)
            return AuthorizationRequest(
                query: parameters.escaped, choosingUser: parameters.choosingUser, app: app,
                loginHint: LoginHintCheck.hint(of: parameters),
                scopes: scopes, returnAddress: address, namesRedirectURI: parameters["redirect_uri"] != nil,
                codeChallenge: try pkce.challenge(of: parameters, for: app, asking: scopes),
                resource: try ResourceCheck.resource(of: parameters, for: scopes, under: audiences, tx: tx),
                nonce: try NonceCheck.nonce(of: parameters), prompts: try PromptCheck.prompts(of: parameters),
                maxAge: try MaxAgeCheck.seconds(of: parameters),
                expectedUser: try hint.user(of: parameters, for: app), followsSignIn: parameters.followsSignIn)
        } catch let error as OAuthError {
            throw EarlyOutcome(.redirect(address.answer(error)))
        }
    }
}
