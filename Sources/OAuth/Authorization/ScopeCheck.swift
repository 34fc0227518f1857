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
        guard let scopes = ScopeSet(parsing: text) else {
            throw OAuthError(.invalidScope, "scope is not well-formed.")
        }
        guard scopes.isSubset(of: app.scopes), scopes.scopes.allSatisfy(isKnown) else {
            throw OAuthError(.invalidScope, "The app may not ask for all of these scopes.")
        }
        return scopes
    }

    /// Whether there are words for it, to ask the user with.
    private func isKnown(_ scope: Scope) -> Bool {
        catalogue.contains(scope) || IdentityScope(scope) != nil || Permission(scope) != nil
    }
}
