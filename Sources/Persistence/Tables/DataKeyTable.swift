package import CredentialFormat
package import Model

/// The key of one holder of sealed values, wrapped by the key of its organization.
package struct DataKeyRow: Entity, Sendable, Hashable {
    package static let prefix = "dek"

    package let id: ID<DataKeyRow>
    package let organization: ID<Organization>
    /// The identifier of what it seals values of.
    package let holder: String
    package let wrapped: [UInt8]
    package let createdAt: Instant

    package init(
        id: ID<DataKeyRow>, organization: ID<Organization>, holder: String, wrapped: [UInt8], createdAt: Instant
    ) {
        self.id = id
        self.organization = organization
        self.holder = holder
        self.wrapped = wrapped
        self.createdAt = createdAt
    }
}

extension Transaction {
    /// The keys of a holder, oldest first.
    package borrowing func dataKeys(of holder: String) throws -> [DataKeyRow] {
        try all(
            """
            SELECT id, organization_id, holder, wrapped, created_at FROM data_key WHERE holder = \(holder) ORDER BY id
            """, DataKeyRow.init(row:))
    }

    /// The keys of some holders, oldest first.
    package borrowing func dataKeys(of holders: [String]) throws -> [DataKeyRow] {
        try all(
            """
            SELECT id, organization_id, holder, wrapped, created_at FROM data_key
            WHERE holder IN (\(list: holders)) ORDER BY id
            """, DataKeyRow.init(row:))
    }

    /// Adds a key.
    package borrowing func insert(_ row: DataKeyRow) throws {
        try perform(
            """
            INSERT INTO data_key (id, organization_id, holder, wrapped, created_at)
            VALUES (\(row.id), \(row.organization), \(row.holder), \(row.wrapped), \(row.createdAt))
            """)
    }

    /// Destroys the keys of a holder, so that nothing opens any more that was sealed for it.
    package borrowing func destroyDataKeys(of holder: String) throws {
        try perform("DELETE FROM data_key WHERE holder = \(holder)")
    }
}

extension DataKeyRow {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), holder: try row.text(2), wrapped: try row.bytes(3),
            createdAt: try row.instant(4))
    }
}
