import Model
import OAuth
import Policy
import ProductDefinition

/// Scopes to tick, under the headings of the consent page.
struct AppScopes: Hashable, Sendable {
    struct Group: Hashable, Sendable {
        let heading: String
        let ticks: [Tick]
    }

    struct Tick: Hashable, Sendable {
        let name: String
        let words: String
        let isChosen: Bool
        let isDangerous: Bool
    }

    let groups: [Group]
    let error: String?

    /// - Parameters:
    ///   - chosen: The names of those that are ticked.
    ///   - permissions: What somebody has who may give it.
    init(_ product: Product, chosen: Set<String>, by permissions: Set<Permission>, error: String?) {
        let own = chosen.compactMap { Scope($0) }.filter { Permission($0) != nil }
        let management = Set(permissions.compactMap(\.scope)).union(own)
        let all = ScopeSet(IdentityScope.all.scopes + product.scopes.all.scopes + Array(management))
        let described = ConsentWords(product).describe(all, grantedBefore: .empty)
        var headings: [String?] = []
        for scope in described where !headings.contains(scope.group) { headings.append(scope.group) }
        groups = headings.map { heading in
            Group(
                heading: heading
                    ?? (product.scopes.definitions.contains { $0.group == nil } ? "General" : "Who the user is"),
                ticks: described.filter { $0.group == heading }.map { scope in
                    Tick(
                        name: scope.scope.name, words: scope.description, isChosen: chosen.contains(scope.scope.name),
                        isDangerous: scope.danger)
                })
        }
        self.error = error
    }
}
