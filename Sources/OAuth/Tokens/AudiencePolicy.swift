import Model
import Persistence
package import Policy
import Verification

/// For whom an access token is meant (`aud`, RFC 9068 §3).
package struct AudiencePolicy: Sendable {
    /// Of a token that asks for no backend in particular.
    package let standard: String
    /// Claviger itself, whose management API is the backend of the management scopes.
    package let issuer: String

    package init(standard: String?, issuer: String) {
        self.standard = standard ?? issuer
        self.issuer = issuer
    }

    /// The audiences of a token with these scopes. A resource that was named is the only one (RFC 8707 §2, RFC 9700 §2.3, threat
    /// F4): whoever it is may be the one who would use the token elsewhere.
    ///
    /// - Throws: ``OAuthError`` `invalid_target` for a resource that is no backend's, and for one of others together with
    ///   management scopes; ``Missing``.
    func audiences(for scopes: ScopeSet, resource: String?, _ evidence: Evidence) throws -> [String] {
        guard let resource else { return try audiences(for: scopes, resource: nil) }
        let known = try own(resource) ?? Self.backend(resource, among: try evidence.audiences())
        return try audiences(for: scopes, resource: known)
    }

    /// The audiences of a token with these scopes, asked of the database.
    ///
    /// - Throws: ``OAuthError`` `invalid_target` as above, what the store throws.
    func audiences(for scopes: ScopeSet, resource: String?, tx: borrowing Transaction) throws -> [String] {
        try audiences(for: scopes, resource: try resource.map { try backend($0, tx: tx) })
    }

    /// The resource that a request names, as it is registered.
    ///
    /// - Throws: ``OAuthError`` `invalid_target` for one that is no backend's; what the store throws.
    func backend(_ resource: String, tx: borrowing Transaction) throws -> String {
        if let own = own(resource) { return own }
        return try Self.backend(resource, among: Set(try tx.registeredAudiences()))
    }

    /// Refuses a request that names another resource than the authorization request did, or one where that named none
    /// (threat F4).
    func require(_ named: String?, toBe first: String?) throws(OAuthError) {
        guard let named, !ResourceIndicator.areEqual(named, first ?? standard) else { return }
        throw OAuthError(.invalidTarget, "The authorization request named another resource.")
    }

    /// The product's own backend or ourselves, where that is what a request names.
    private func own(_ resource: String) -> String? {
        ResourceIndicator.registered(resource, among: [standard, issuer])
    }

    private static func backend(
        _ resource: String, among registered: Set<String>
    ) throws(OAuthError) -> String {
        guard let known = ResourceIndicator.registered(resource, among: registered) else {
            throw OAuthError(.invalidTarget, "No backend has this resource indicator.")
        }
        return known
    }

    /// The audiences of a token with these scopes that is for no backend in particular. Those of management scopes are for
    /// us as well.
    package func standardAudiences(for scopes: ScopeSet) -> [String] {
        standard != issuer && Self.hasManagement(scopes) ? [standard, issuer] : [standard]
    }

    private func audiences(for scopes: ScopeSet, resource: String?) throws(OAuthError) -> [String] {
        guard let resource else { return standardAudiences(for: scopes) }
        guard resource == issuer || !Self.hasManagement(scopes) else {
            throw OAuthError(
                .invalidTarget, "Scopes that begin with claviger: are for Claviger itself, not for another resource.",
                rule: "resource")
        }
        return [resource]
    }

    private static func hasManagement(_ scopes: ScopeSet) -> Bool {
        scopes.scopes.contains(where: \.isManagement)
    }
}
