package import CredentialFormat
package import Model

private let columns: StaticString = """
    o.id, o.path, o.name, o.created_at, o.revision, a.plan, a.suspended_at, a.is_operator, a.revision
    """

extension Transaction {
    /// The account, nil where there is none.
    package borrowing func account(_ id: ID<Organization>) throws -> Account? {
        try first(
            """
            SELECT \(fixed: columns) FROM account a JOIN organization o ON o.id = a.organization_id
            WHERE a.organization_id = \(id)
            """, Account.init(row:))
    }

    /// The operator's own account, nil before `claviger init`.
    package borrowing func operatorAccount() throws -> Account? {
        try first(
            """
            SELECT \(fixed: columns) FROM account a JOIN organization o ON o.id = a.organization_id
            WHERE a.is_operator = 1
            """, Account.init(row:))
    }

    /// All accounts, oldest first.
    package borrowing func accounts(after: ID<Organization>?, limit: Int) throws -> [Account] {
        try all(
            """
            SELECT \(fixed: columns) FROM account a JOIN organization o ON o.id = a.organization_id
            WHERE a.organization_id > \(place(after: after)) ORDER BY a.organization_id LIMIT \(limit)
            """, Account.init(row:))
    }

    /// Accounts with a name that is looked for, oldest first.
    package borrowing func accounts(
        matching search: NameSearch?, after: ID<Organization>?, limit: Int
    ) throws -> [Account] {
        guard let search else { return try accounts(after: after, limit: limit) }
        return try all(
            """
            SELECT \(fixed: columns) FROM account a JOIN organization o ON o.id = a.organization_id
            WHERE a.organization_id > \(place(after: after)) AND \(part: search.condition(on: "o.name"))
            ORDER BY a.organization_id LIMIT \(limit)
            """, Account.init(row:))
    }

    /// Adds an account with its root organization.
    package borrowing func insert(_ account: Account) throws {
        try insert(account.organization)
        try perform(
            """
            INSERT INTO account (organization_id, plan, suspended_at, is_operator, revision)
            VALUES (\(account.id), \(account.plan.stored), \(account.suspendedAt.stored), \(account.isOperator), \(account.revision))
            """)
    }

    /// Writes what can change of an account, but for its name.
    package borrowing func update(account id: ID<Organization>, plan: String?, suspendedAt: Instant?) throws {
        try perform(
            """
            UPDATE account SET plan = \(plan.stored), suspended_at = \(suspendedAt.stored), revision = revision + 1
            WHERE organization_id = \(id)
            """)
    }
}

extension Account {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            organization: try Organization(row: row, from: 0), plan: try row.optionalText(5),
            suspendedAt: try row.optionalInstant(6), isOperator: try row.bool(7), revision: try row.count(8))
    }
}
