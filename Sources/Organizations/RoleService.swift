package import Model
package import ProductDefinition

/// The roles of the product and what they give.
package struct RoleService: Sendable {
    /// The most roles that a member may hold.
    package static let maximumRoles = 32
    /// The most permissions that a member may be given beside their roles.
    package static let maximumPermissions = 32

    /// As the product definition has them.
    package let all: [RoleDefinition]
    private let product: Product

    package init(product: Product) {
        all = product.roles
        self.product = product
    }

    /// Whether the product has a role of that name.
    package func contains(_ name: String) -> Bool {
        all.contains { $0.name == name }
    }

    /// The names of roles, each once and in order, after noting those that the product does not have.
    package func checked(_ names: [String], _ checks: inout FieldChecks) -> [String] {
        let maximum = Self.maximumRoles
        checks.require(names.count <= maximum, "roles", "too_many", "Must be at most \(maximum) roles.")
        for (index, name) in names.prefix(maximum).enumerated() where !contains(name) {
            checks.refuse("roles.\(index)", "unknown", "Is no role of this product.")
        }
        return Set(names).sorted()
    }

    /// Whether there is a permission or a bundle of that name.
    package func knows(permission name: String) -> Bool {
        product.permissions(named: name) != nil
    }

    /// What a member holds, by roles and beside them.
    package func permissions(of member: Member) -> Set<Permission> {
        permissions(ofRoles: member.roles, beside: member.permissions)
    }

    /// What these roles and single permissions give together. A name that the product does not have gives nothing (law 3).
    package func permissions(ofRoles roles: [String], beside names: [String]) -> Set<Permission> {
        let ofRoles = all.filter { roles.contains($0.name) }.reduce(into: Set<Permission>()) {
            $0.formUnion($1.permissions)
        }
        return names.reduce(into: ofRoles) { $0.formUnion(product.permissions(named: $1) ?? []) }
    }
}
