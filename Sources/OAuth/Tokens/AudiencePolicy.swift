import Model
import Persistence
package import Policy
package import Verification

/// For whom an access token is meant (`aud`, RFC 9068 §3).
package struct AudiencePolicy: Sendable {
    /// Of a token that asks for no backend in particular.
    package let standard: String
    /// Claviger itself, whose management API is the backend of the management scopes.
    package let issuer: String
    private let verifier: CredentialVerifier

    package init(standard: String?, issuer: String, verifier: CredentialVerifier) {
        self.standard = standard ?? issuer
        self.issuer = issuer
        self.verifier = verifier
    }

    /// The audiences of a token with these scopes, or what is missing to tell. Management scopes and `openid` add
    /// ourselves, so that a token for some backend alone is worth nothing at the management API.
    ///
    /// - Throws: ``OAuthError`` `invalid_target` (RFC 8707 §2) for a resource that is no backend's.
    func audiences(
        for scopes: ScopeSet, resource: String?, findings: Findings
    ) throws(OAuthError) -> Partial<[String]> {
        let first: String
        if let resource, resource != standard, resource != issuer {
            switch verifier.audiences(findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let registered):
                guard registered.contains(resource) else {
                    throw OAuthError(.invalidTarget, "No backend has this resource indicator.")
                }
            }
            first = resource
        } else {
            first = resource ?? standard
        }
        return .answer(audiences(for: scopes, first: first))
    }

    /// The audiences of a token with these scopes, asked of the database.
    ///
    /// - Throws: ``OAuthError`` `invalid_target` for a resource that is no backend's, what the store throws.
    func audiences(for scopes: ScopeSet, resource: String?, tx: borrowing Transaction) throws -> [String] {
        if let resource { try requireBackend(resource, tx: tx) }
        return audiences(for: scopes, first: resource ?? standard)
    }

    /// Refuses a request that names another resource than the user was asked for, or one where the user was asked for
    /// none (threat F4).
    func require(_ named: String?, toBe consented: String?) throws(OAuthError) {
        guard let named, named != consented ?? standard else { return }
        throw OAuthError(.invalidTarget, "The user was asked for another resource.")
    }

    /// Refuses a resource that is no backend's, with `invalid_target`.
    func requireBackend(_ resource: String, tx: borrowing Transaction) throws {
        guard resource != standard, resource != issuer else { return }
        guard try tx.registeredAudiences().contains(resource) else {
            throw OAuthError(.invalidTarget, "No backend has this resource indicator.")
        }
    }

    /// The audiences of a token with these scopes that is for no backend in particular.
    package func standardAudiences(for scopes: ScopeSet) -> [String] {
        audiences(for: scopes, first: standard)
    }

    private func audiences(for scopes: ScopeSet, first: String) -> [String] {
        first != issuer && scopes.scopes.contains(where: isForUs) ? [first, issuer] : [first]
    }

    /// Whether a scope gives a right here: at the management API, or at the userinfo endpoint.
    private func isForUs(_ scope: Scope) -> Bool {
        scope.isManagement || scope.name == IdentityScope.openid.rawValue
    }
}
