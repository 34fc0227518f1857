package import Model
package import Policy

/// When a scope goes: routes that ask for it are answered until then, and say so.
package struct ScopeEnding: Hashable, Sendable {
    /// Since when nobody should ask for it any more, or from when on (RFC 9745).
    package let deprecatedSince: Instant
    /// From when on it may no longer work (RFC 8594), nil where that is not known yet.
    package let endsAt: Instant?

    package init(deprecatedSince: Instant, endsAt: Instant? = nil) {
        self.deprecatedSince = deprecatedSince
        self.endsAt = endsAt
    }
}

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
    /// How many calls one call that needs it counts as under rate limits.
    package let cost: Int
    /// When it goes, nil for one that stays.
    package let ending: ScopeEnding?

    /// What a call may cost.
    package static let costRange = 0...1_000_000

    /// The scope in these words.
    package init(
        _ scope: Scope, description: String, group: String? = nil, danger: Bool = false, cost: Int = 1,
        ending: ScopeEnding? = nil
    ) {
        self.scope = scope
        self.description = description
        self.group = group
        self.danger = danger
        self.cost = cost
        self.ending = ending
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
    /// Of scopes that cost something else than 1.
    private let costs: [Scope: Int]

    /// The catalogue of these. Of two with one scope, the first counts.
    package init(_ definitions: [ScopeDefinition]) {
        var known: Set<Scope> = []
        self.definitions = definitions.filter { known.insert($0.scope).inserted }
        self.known = known
        all = ScopeSet(known)
        costs = Dictionary(
            self.definitions.filter { $0.cost != 1 }.map { ($0.scope, $0.cost) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether `scope` is defined.
    package func contains(_ scope: Scope) -> Bool {
        known.contains(scope)
    }

    /// How many calls a call counts as that needs these: as the dearest of them, and as one where it needs none.
    package func cost(of scopes: ScopeSet) -> Int {
        guard !costs.isEmpty else { return 1 }
        return scopes.scopes.map { costs[$0] ?? 1 }.max() ?? 1
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
