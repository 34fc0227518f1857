package import Policy

/// A scope that tells an app about the user rather than giving it a right at the operator's API (OpenID Connect Core
/// §5.4). No product can define one of these names as its own.
package enum IdentityScope: String, Hashable, Sendable, CaseIterable {
    /// Who the user is, by an identifier. Makes a request one of OpenID Connect.
    case openid
    /// The name, and what the user signs in with.
    case profile
    case email
    /// In which organization the app acts.
    case organization

    /// As a scope.
    package var scope: Scope? { Scope(rawValue) }

    package init?(_ scope: Scope) {
        self.init(rawValue: scope.name)
    }

    /// All of them.
    package static let all = ScopeSet(allCases.compactMap(\.scope))
}
