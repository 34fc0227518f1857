package import Policy

/// A scope in words.
package struct ScopeDefinition: Hashable, Sendable {
    /// The scope, never a management scope.
    package let scope: Scope
    /// What it allows, for people.
    package let description: String
    /// Under which heading pages show it.
    package let group: String?
    /// Whether pages warn before they give it.
    package let danger: Bool

    /// The scope in these words.
    package init(_ scope: Scope, description: String, group: String? = nil, danger: Bool = false) {
        self.scope = scope
        self.description = description
        self.group = group
        self.danger = danger
    }
}

/// The scopes of the operator's API, in the order of the definition.
package struct ScopeCatalogue: Sendable {
    /// The most scopes that a product may have.
    package static let maximumCount = 256

    /// As they were defined.
    package let definitions: [ScopeDefinition]
    /// All of them.
    package let all: ScopeSet
    private let known: Set<Scope>

    /// The catalogue of these. Of two with one scope, the first counts.
    package init(_ definitions: [ScopeDefinition]) {
        var known: Set<Scope> = []
        self.definitions = definitions.filter { known.insert($0.scope).inserted }
        self.known = known
        all = ScopeSet(known)
    }

    /// Whether `scope` is defined.
    package func contains(_ scope: Scope) -> Bool {
        known.contains(scope)
    }

    /// The words for `scope`.
    package subscript(scope: Scope) -> ScopeDefinition? {
        definitions.first { $0.scope == scope }
    }

    /// Examples that fit most APIs, for the standard product.
    package static let standard = ScopeCatalogue(
        [
            example("data.read", "Read your data", "Data"),
            example("data.write", "Create and change your data", "Data"),
            example("data.delete", "Delete your data", "Data", danger: true),
            example("analytics.read", "Read analytics", "Analytics"),
            example("reports.read", "Read reports", "Reports"),
            example("reports.export", "Export reports as files", "Reports"),
            example("users.read", "See who has access", "People"),
            example("users.write", "Invite, change and remove people", "People", danger: true),
        ].compactMap(\.self)
    )

    private static func example(
        _ name: String, _ description: String, _ group: String, danger: Bool = false
    ) -> ScopeDefinition? {
        Scope(name).map { ScopeDefinition($0, description: description, group: group, danger: danger) }
    }
}
