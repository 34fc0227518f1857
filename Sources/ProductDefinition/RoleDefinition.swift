package import Model

/// A named set of permissions that members may hold, valid in an organization and below.
package struct RoleDefinition: Hashable, Sendable {
    /// The longest name, in bytes.
    package static let maximumNameLength = 64

    /// For programs: lower-case letters, digits, `-` and `_`.
    package let name: String
    /// For people; nil stands for the name.
    package let title: String?
    /// What it is for.
    package let description: String?
    /// What it gives, with all that its bundles give.
    package let permissions: Set<Permission>
    /// The names of the bundles among them.
    package let bundles: [String]

    /// The role with these parts.
    package init(
        name: String, title: String?, description: String?, permissions: Set<Permission>, bundles: [String] = []
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.permissions = permissions
        self.bundles = bundles
    }

    /// Whether only the operator's own people may hold it, because of what it gives.
    package var isForOperator: Bool {
        permissions.contains(where: \.isForOperator)
    }

    /// Whether `name` may name a role: 1 to 64 lower-case letters, digits, `-` and `_`, a letter first.
    static func allows(name: String) -> Bool {
        guard (1...maximumNameLength).contains(name.utf8.count), let first = name.utf8.first,
            (0x61...0x7A).contains(first)
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    /// Those of the standard product.
    package static let standard = [
        RoleDefinition(
            name: "owner", title: "Owner", description: "Everything in the account.", permissions: customerPermissions),
        RoleDefinition(
            name: "admin", title: "Admin", description: "Manages organizations, people, integrations and keys.",
            permissions: customerPermissions),
        RoleDefinition(
            name: "developer", title: "Developer", description: "Manages integrations and keys.",
            permissions: [
                .organizationsRead, .contactsRead, .integrationsRead, .integrationsManage, .apiKeysRead, .apiKeysManage,
            ]),
        RoleDefinition(
            name: "auditor", title: "Auditor", description: "Sees everything, changes nothing.",
            permissions: [
                .organizationsRead, .membersRead, .contactsRead, .integrationsRead, .apiKeysRead, .connectionsRead,
                .webhooksRead, .auditEventsRead,
            ]),
        RoleDefinition(
            name: "operator", title: "Operator",
            description: "Everything in every account; for the operator's own people.",
            permissions: Set(Permission.allCases)),
    ]

    /// All that a customer's own people may hold.
    private static let customerPermissions = Set(Permission.allCases.filter { !$0.isForOperator })
}
