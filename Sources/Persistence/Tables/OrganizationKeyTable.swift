package import CredentialFormat
package import Model

/// The key of an organization, wrapped by a master key.
package struct OrganizationKeyRow: Sendable, Hashable {
    package let organization: ID<Organization>
    /// The identifier of the key that wrapped it.
    package let wrappedBy: String
    package let wrapped: [UInt8]
    package let createdAt: Instant

    package init(organization: ID<Organization>, wrappedBy: String, wrapped: [UInt8], createdAt: Instant) {
        self.organization = organization
        self.wrappedBy = wrappedBy
        self.wrapped = wrapped
        self.createdAt = createdAt
    }
}

extension Transaction {
    /// The key of an organization, nil where it has none.
    package borrowing func organizationKey(of id: ID<Organization>) throws -> OrganizationKeyRow? {
        try first(
            """
            SELECT organization_id, wrapped_by, wrapped, created_at FROM organization_key WHERE organization_id = \(id)
            """, OrganizationKeyRow.init(row:))
    }

    /// Adds the key of an organization.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where it has one, `.foreignKey` where there is no such organization.
    package borrowing func insert(_ row: OrganizationKeyRow) throws {
        try perform(
            """
            INSERT INTO organization_key (organization_id, wrapped_by, wrapped, created_at)
            VALUES (\(row.organization), \(row.wrappedBy), \(row.wrapped), \(row.createdAt))
            """)
    }

    /// Some of the keys that a master key of another name wrapped, by organization.
    ///
    /// - Parameter after: Those of organizations behind that one.
    package borrowing func organizationKeys(
        notWrappedBy name: String, after: ID<Organization>?, limit: Int
    ) throws -> [OrganizationKeyRow] {
        try all(
            """
            SELECT organization_id, wrapped_by, wrapped, created_at FROM organization_key
            WHERE organization_id > \(place(after: after)) AND wrapped_by <> \(name)
            ORDER BY organization_id LIMIT \(limit)
            """, OrganizationKeyRow.init(row:))
    }

    /// Some of all keys, by organization.
    package borrowing func organizationKeys(
        after: ID<Organization>?, limit: Int
    ) throws -> [OrganizationKeyRow] {
        try all(
            """
            SELECT organization_id, wrapped_by, wrapped, created_at FROM organization_key
            WHERE organization_id > \(place(after: after)) ORDER BY organization_id LIMIT \(limit)
            """, OrganizationKeyRow.init(row:))
    }

    /// Whether a master key still wraps the key of an organization.
    package borrowing func wrapsAnything(masterKey name: String) throws -> Bool {
        try first("SELECT 1 FROM organization_key WHERE wrapped_by = \(name) LIMIT 1") { _ in true } ?? false
    }

    /// How many keys of organizations a master key wraps, counted up to `most`.
    package borrowing func countOfKeys(wrappedBy name: String, most: Int) throws -> Int {
        try first(
            """
            SELECT COUNT(*) FROM (SELECT 1 FROM organization_key WHERE wrapped_by = \(name) LIMIT \(most)) AS counted
            """
        ) { try $0.count(0) } ?? 0
    }

    /// Puts a key that was wrapped anew in the place of what there was, unless somebody else did.
    ///
    /// - Returns: Whether it was put there.
    package borrowing func rewrap(_ row: OrganizationKeyRow, as wrapped: [UInt8], by name: String) throws -> Bool {
        try execute(
            """
            UPDATE organization_key SET wrapped = \(wrapped), wrapped_by = \(name)
            WHERE organization_id = \(row.organization) AND wrapped_by = \(row.wrappedBy) AND wrapped = \(row.wrapped)
            """) == 1
    }

    /// Destroys the key of an organization, so that nothing opens any more that was sealed for it: no data key below it does.
    package borrowing func destroyKey(of id: ID<Organization>) throws {
        try perform("DELETE FROM organization_key WHERE organization_id = \(id)")
    }
}

extension OrganizationKeyRow {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            organization: try row.id(0), wrappedBy: try row.text(1), wrapped: try row.bytes(2),
            createdAt: try row.instant(3))
    }
}
