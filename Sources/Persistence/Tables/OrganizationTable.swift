package import CredentialFormat
package import Model

private let columns: StaticString = "o.id, o.path, o.name, o.created_at, o.revision"

/// What an organization is read from.
let organizationColumns = columns

extension Transaction {
    /// The organization, nil where there is none.
    package borrowing func organization(_ id: ID<Organization>) throws -> Organization? {
        try first("SELECT \(fixed: columns) FROM organization o WHERE o.id = \(id)") { row in
            try Organization(row: row, from: 0)
        }
    }

    /// The organization at `path` and those below it, oldest first.
    ///
    /// - Parameter search: What their names contain, nil for anything.
    package borrowing func organizations(
        within path: OrganizationPath, matching search: NameSearch? = nil, after: ID<Organization>?, limit: Int
    ) throws -> [Organization] {
        let found: BoundSQL = search.map { "AND \(part: $0.condition(on: "o.name"))" } ?? ""
        return try all(
            """
            SELECT \(fixed: columns) FROM organization o
            WHERE o.account_id = \(path.root) AND o.path >= \(path.stored) AND o.path < \(path.storedEnd)
            \(part: found) AND o.id > \(place(after: after)) ORDER BY o.id LIMIT \(limit)
            """
        ) { try Organization(row: $0, from: 0) }
    }

    /// An organization with what holds for its account, and others of that account, oldest first; nil where there is none. In one
    /// statement, because every page asks.
    ///
    /// - Parameters:
    ///   - path: Which others: that one and those below it, nil for all of the account.
    ///   - limit: How many others at most.
    package borrowing func organization(
        _ id: ID<Organization>, withThoseWithin path: OrganizationPath?, limit: Int
    ) throws -> StoredPlace? {
        let within: BoundSQL = path.map { "AND n.path >= \($0.stored) AND n.path < \($0.storedEnd)" } ?? ""
        let rows = try all(
            """
            SELECT \(fixed: columns), a.suspended_at, a.is_operator, a.plan, n.id, n.path, n.name, n.created_at, n.revision
            FROM organization o JOIN account a ON a.organization_id = o.account_id
            LEFT JOIN organization n ON n.account_id = o.account_id \(part: within)
            WHERE o.id = \(id) ORDER BY n.id LIMIT \(limit)
            """
        ) { row in
            let organization = try Organization(row: row, from: 0)
            return (
                organization, try StoredStanding(of: organization, row: row, from: 5),
                row.isNull(8) ? nil : try Organization(row: row, from: 8)
            )
        }
        return rows.first.map { organization, standing, _ in
            StoredPlace(organization: organization, standing: standing, others: rows.compactMap(\.2))
        }
    }

    /// How many organizations an account has, its root among them, as far as it is counted.
    package borrowing func organizationCount(ofAccount account: ID<Organization>, countingTo most: Int) throws -> Int {
        try first("SELECT \(part: Self.organizationCount(ofAccount: account, countingTo: most))") {
            try $0.count(0)
        } ?? 0
    }

    /// The same as a number within a statement.
    static func organizationCount(ofAccount account: ID<Organization>, countingTo most: Int) -> BoundSQL {
        "(SELECT COUNT(*) FROM (SELECT 1 FROM organization WHERE account_id = \(account) LIMIT \(most)) AS live)"
    }

    /// Those of every account, oldest first.
    package borrowing func organizations(after: ID<Organization>?, limit: Int) throws -> [Organization] {
        try all(
            """
            SELECT \(fixed: columns) FROM organization o
            WHERE o.id > \(place(after: after)) ORDER BY o.id LIMIT \(limit)
            """
        ) { try Organization(row: $0, from: 0) }
    }

    /// Adds an organization. Its parent must be there.
    package borrowing func insert(_ organization: Organization) throws {
        try perform(
            """
            INSERT INTO organization (id, account_id, parent_id, path, name, created_at, revision)
            VALUES (\(organization.id), \(organization.account), \(organization.parent.stored), \(organization.path.stored),
            \(organization.name), \(organization.createdAt), \(organization.revision))
            """)
    }

    /// Gives an organization another name. An account is changed with its root.
    package borrowing func rename(_ id: ID<Organization>, to name: String) throws {
        try perform("UPDATE organization SET name = \(name), revision = revision + 1 WHERE id = \(id)")
        try perform("UPDATE account SET revision = revision + 1 WHERE organization_id = \(id)")
    }

    /// Whether an organization has nothing below it, no member, no integration, no app, no connection and no API key that lives at `now`.
    package borrowing func isEmpty(_ id: ID<Organization>, at now: Instant) throws -> Bool {
        try first(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM organization WHERE parent_id = \(id))
            OR EXISTS (SELECT 1 FROM member WHERE organization_id = \(id))
            OR EXISTS (SELECT 1 FROM contact WHERE organization_id = \(id))
            OR EXISTS (SELECT 1 FROM integration WHERE organization_id = \(id))
            OR EXISTS (SELECT 1 FROM app WHERE organization_id = \(id))
            OR EXISTS (SELECT 1 FROM connection WHERE organization_id = \(id))
            OR EXISTS (SELECT 1 FROM api_key WHERE organization_id = \(id) AND expires_at > \(now))
            """
        ) { _ in true } == nil
    }

    /// Removes an organization that ``isEmpty(_:at:)``, with the expired API keys left in it and the key that sealed what it had,
    /// and its account if it is the root of one.
    package borrowing func delete(_ id: ID<Organization>) throws {
        try perform("DELETE FROM api_key WHERE organization_id = \(id)")
        try destroyKey(of: id)
        try perform("DELETE FROM account WHERE organization_id = \(id)")
        try perform("DELETE FROM organization WHERE id = \(id)")
    }
}

extension Organization {
    /// Reads the five columns from `column` on.
    init(row: StoredRow, from column: Int) throws(StoreError) {
        self.init(
            id: try row.id(column), path: try row.path(column + 1), name: try row.text(column + 2),
            createdAt: try row.instant(column + 3), revision: try row.count(column + 4))
    }
}

/// An organization with what holds for its account, and others that one may go to.
package struct StoredPlace: Sendable {
    package let organization: Organization
    package let standing: StoredStanding
    package let others: [Organization]
}
