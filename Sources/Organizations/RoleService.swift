package import Model
package import ProductDefinition

/// The roles of the product and what they give.
package struct RoleService: Sendable {
    /// As the product definition has them.
    package let all: [RoleDefinition]

    package init(product: Product) {
        all = product.roles
    }

    /// Whether the product has a role of that name.
    package func contains(_ name: String) -> Bool {
        all.contains { $0.name == name }
    }

    /// What these roles give together. A name that the product does not have gives nothing (law 3).
    package func permissions(of roles: [String]) -> Set<Permission> {
        all.filter { roles.contains($0.name) }.reduce(into: []) { $0.formUnion($1.permissions) }
    }
}
