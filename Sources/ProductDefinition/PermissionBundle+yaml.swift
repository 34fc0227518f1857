import DefinitionFile
import Model

extension ProductKeys {
    enum PermissionBundle: String, CaseIterable {
        case title, description, gives
    }
}

extension FileEntry {
    /// The bundles that a mapping of the file says.
    func bundles() throws(DefinitionError) -> [PermissionBundle] {
        var bundles: [PermissionBundle] = []
        for (name, entry) in try entries() {
            guard RoleDefinition.allows(name: name) else {
                throw entry.error("its name must have 1 to 64 lower-case letters, digits, - and _, a letter first")
            }
            let words = try entry.section(ProductKeys.PermissionBundle.self)
            guard let list = words[.gives] else { throw entry.error("gives is missing") }
            let permissions = try list.permissions(with: []).permissions
            guard !permissions.isEmpty else { throw list.error("must name at least one permission") }
            bundles.append(
                PermissionBundle(
                    name: name, title: try words[.title]?.text(maximum: 60),
                    description: try words[.description]?.text(), permissions: permissions))
        }
        guard bundles.count <= PermissionBundle.maximumCount else {
            throw error("must be at most \(PermissionBundle.maximumCount) permissions")
        }
        return bundles
    }

    /// The permissions that a list names, by those of ours and by bundles, and which bundles these are.
    func permissions(
        with bundles: [PermissionBundle]
    ) throws(DefinitionError) -> (permissions: Set<Permission>, bundles: [String]) {
        var names: Set<String> = []
        var permissions: Set<Permission> = []
        var used: [String] = []
        for entry in try list() {
            let name = try entry.name(
                of: "permission", among: bundles.map(\.name) + Permission.allCases.map(\.rawValue))
            guard names.insert(name).inserted else { throw entry.error("\(name) stands here twice") }
            if let bundle = bundles.first(where: { $0.name == name }) {
                permissions.formUnion(bundle.permissions)
                used.append(name)
            } else if let permission = Permission(rawValue: name) {
                permissions.insert(permission)
            }
        }
        return (permissions, used)
    }
}
