/// An organization that has been heard of.
struct KnownOrganization: Sendable {
    let path: OrganizationPath
    let name: String
    /// That of the organization at the top, which not everybody sees.
    let rootName: String

    var json: JSONValue { ["id": .text(path.uuid), "name": .text(name)] }
}

private let columns: SQLText = "organization_path, name, root_name"

extension Transaction {
    /// Those that the transaction sees, the one at the top first.
    func organizations() throws -> [KnownOrganization] {
        try rows(
            """
            SELECT \(sql: columns) FROM organization
            WHERE \(sql: sees("organization_path")) ORDER BY organization_path
            """
        ).map(KnownOrganization.init)
    }

    /// The one that clients call by this UUID, nil where there is none or it is hidden.
    func organization(uuid: String) throws -> KnownOrganization? {
        try first(
            """
            SELECT \(sql: columns) FROM organization
            WHERE \(sql: sees("organization_path")) AND uuid = \(uuid)
            """
        ).map(KnownOrganization.init)
    }

    func organization(at path: OrganizationPath) throws -> KnownOrganization {
        let row = try first("SELECT \(sql: columns) FROM organization WHERE organization_path = \(path)")
        return try row.map(KnownOrganization.init)
            ?? KnownOrganization(path: path, name: path.id, rootName: path.root.id)
    }

    /// Notes one that nobody has named yet.
    func noteOrganization(_ path: OrganizationPath) throws {
        try run(
            """
            INSERT INTO organization (organization_path, name, root_name, uuid)
            VALUES (\(path), \(path.id), \(path.root.id), \(path.uuid)) ON CONFLICT DO NOTHING
            """)
    }

    func nameOrganization(_ organization: KnownOrganization) throws {
        let (path, name, root) = (organization.path, organization.name, organization.rootName)
        try run(
            """
            INSERT INTO organization (organization_path, name, root_name, uuid)
            VALUES (\(path), \(name), \(root), \(path.uuid))
            ON CONFLICT (organization_path) DO UPDATE SET name = \(name), root_name = \(root)
            """)
    }
}

extension KnownOrganization {
    fileprivate init(_ row: StoredRow) throws {
        path = try row.path("organization_path")
        name = try row.text("name")
        rootName = try row.text("root_name")
    }
}
