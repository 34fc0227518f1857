import Model
import Policy
import ProductDefinition

/// `scope` asks for what the app registered: all of that if it is left out (RFC 6749 §3.3).
struct ScopeCheck: Sendable {
    let catalogue: ScopeCatalogue

    func scopes(of parameters: AuthorizationParameters, for app: App) throws(OAuthError) -> ScopeSet {
        guard let text = parameters["scope"] else {
            let all = ScopeSet(app.scopes.scopes.filter(isKnown))
            guard !all.isEmpty else { throw OAuthError(.invalidScope, "The app has no scopes to ask for.") }
            return all
        }
        guard let asked = ScopeSet(requested: text) else {
            throw OAuthError(.invalidScope, "scope is not well-formed.")
        }
        let scopes = understood(asked)
        let refused = ScopeSet(scopes.scopes.filter { !app.scopes.contains($0) || !isKnown($0) })
        guard refused.isEmpty else {
            throw OAuthError(.invalidScope, "The app may not ask for all of these scopes.", refusing: refused)
        }
        return scopes
    }

    /// What is left of the scopes that a request names. One of OpenID Connect may name some that nobody here knows, such as
    /// `offline_access` or `address`; they are dropped (OpenID Connect Core §3.1.2.1), and the reply says what was given.
    /// Any other request is held to each word.
    func understood(_ asked: ScopeSet) -> ScopeSet {
        guard asked.scopes.contains(where: { IdentityScope($0) == .openid }) else { return asked }
        return ScopeSet(asked.scopes.filter(isKnown))
    }

    /// Whether there are words for it, to ask the user with.
    private func isKnown(_ scope: Scope) -> Bool {
        catalogue.contains(scope) || IdentityScope(scope) != nil || Permission(scope) != nil
    }
}
