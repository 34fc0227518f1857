package import Model

/// Permissions under one name and title of the product's own, such as "Manage API Keys". Roles may have them, and members
/// beside their roles.
package struct PermissionBundle: Hashable, Sendable {
    /// The most bundles that a product may have.
    package static let maximumCount = 64

    /// For programs: written as a role's name is, so that it is never the name of a permission of ours, which have a dot.
    package let name: String
    /// For people; nil stands for the name.
    package let title: String?
    /// What it is for.
    package let description: String?
    /// What it gives; never empty.
    package let permissions: Set<Permission>

    package init(name: String, title: String? = nil, description: String? = nil, permissions: Set<Permission>) {
        self.name = name
        self.title = title
        self.description = description
        self.permissions = permissions
    }
}

extension Product {
    /// What one name gives: that of a permission of ours or of a bundle. Nil for any other.
    package func permissions(named name: String) -> Set<Permission>? {
        Permission(rawValue: name).map { [$0] } ?? bundles.first { $0.name == name }?.permissions
    }
}
