package import ProductDefinition

/// The endpoints to which clients come with a form: what they answer is in the words of RFC 6749 §5.2 where it is a refusal.
package enum OAuthEndpoint: Hashable, Sendable, CaseIterable {
    /// RFC 6749 §3.2.
    case token
    /// RFC 7662.
    case introspect
    /// RFC 7009.
    case revoke

    /// Where it answers.
    package var canonical: ServedEndpoint {
        switch self {
        case .token: .token
        case .introspect: .introspect
        case .revoke: .revoke
        }
    }
}
