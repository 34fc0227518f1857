import Persistence
import Policy

/// `resource` names a backend that is registered, and that a token with these scopes may be for (RFC 8707 §2).
enum ResourceCheck {
    /// As it is registered.
    static func resource(
        of parameters: AuthorizationParameters, for scopes: ScopeSet, under policy: AudiencePolicy,
        tx: borrowing Transaction
    ) throws -> String? {
        guard let named = parameters["resource"] else { return nil }
        let resource = try policy.backend(named, tx: tx)
        _ = try policy.audiences(for: scopes, resource: resource, tx: tx)
        return resource
    }
}
