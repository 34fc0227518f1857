import Persistence

/// `resource` names a backend that is registered (RFC 8707 §2).
enum ResourceCheck {
    static func resource(
        of parameters: AuthorizationParameters, under policy: AudiencePolicy, tx: borrowing Transaction
    ) throws -> String? {
        guard let resource = parameters["resource"] else { return nil }
        try policy.requireBackend(resource, tx: tx)
        return resource
    }
}
