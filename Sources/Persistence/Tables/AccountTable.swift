package import CredentialFormat
package import Model

private let columns: StaticString = """
    o.id, o.path, o.name, o.created_at, o.revision, a.plan, a.suspended_at, a.is_operator, a.revision, a.time_zone
    """

/// Which accounts a list shows, and in which order.
package struct AccountQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, created
    }

    /// What the name contains, or the identifier is.
    package var search: NameSearch?
    /// Those alone that were given one of these plans, nil among them for those that were given none; empty for all. The
    /// operator's own is on no plan.
    package var plans: [String?] = []
    /// Those alone that are suspended.
    package var isSuspended = false
    package var order = Order.created
    package var isDescending = false
    package var after: ListPlace?

    package init() {}
}

extension AccountQuery {
    fileprivate var condition: BoundSQL {
        var condition: BoundSQL = ""
        if let search {
            condition = """
                AND (\(part: search.identifier(of: Organization.self, on: "o.id"))
                OR \(part: search.condition(on: "o.name")))
                """
        }
        if !plans.isEmpty {
            let given = plans.compactMap(\.self)
            let among: BoundSQL = given.isEmpty ? "1 = 0" : "a.plan IN (\(list: given))"
            let none: BoundSQL = given.count < plans.count ? "OR a.plan IS NULL" : ""
            condition = "\(part: condition) AND a.is_operator = 0 AND (\(part: among) \(part: none))"
        }
        if isSuspended { condition = "\(part: condition) AND a.suspended_at IS NOT NULL" }
        return condition
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(o.name)")
            case .created: .number("o.created_at")
            }
        return ListOrder(key, id: "o.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind account: Account) -> ListPlace {
        switch order {
        case .name: ListPlace(behind: account.organization.name, account.id)
        case .created: ListPlace(behind: account.organization.createdAt, account.id)
        }
    }
}

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

    /// The accounts that a query asks for. It reads those of all: only the operator's people ask.
    ///
    /// - Parameter limit: How many at most.
    package borrowing func accounts(_ query: AccountQuery, limit: Int) throws -> OrderedListing<Account> {
        let rows = try all(
            """
            SELECT \(fixed: columns) FROM account a JOIN organization o ON o.id = a.organization_id
            WHERE o.parent_id IS NULL \(part: query.condition) \(part: query.listOrder.condition)
            \(part: query.listOrder.clause) LIMIT \(limit + 1)
            """, Account.init(row:))
        return OrderedListing(rows, limit: limit, place: query.place)
    }

    /// Adds an account with its root organization.
    package borrowing func insert(_ account: Account) throws {
        try insert(account.organization)
        try perform(
            """
            INSERT INTO account (organization_id, plan, suspended_at, is_operator, revision, time_zone)
            VALUES (\(account.id), \(account.plan.stored), \(account.suspendedAt.stored), \(account.isOperator), \(account.revision),
            \(account.timeZone.stored))
            """)
    }

    /// Writes what can change of an account, but for its name.
    package borrowing func update(account id: ID<Organization>, plan: String?, suspendedAt: Instant?, timeZone: String?)
        throws
    {
        try perform(
            """
            UPDATE account SET plan = \(plan.stored), suspended_at = \(suspendedAt.stored),
            time_zone = \(timeZone.stored), revision = revision + 1
            WHERE organization_id = \(id)
            """)
    }
}

extension Account {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            organization: try Organization(row: row, from: 0), plan: try row.optionalText(5),
            suspendedAt: try row.optionalInstant(6), isOperator: try row.bool(7),
            timeZone: try row.optionalText(9), revision: try row.count(8))
    }
}
