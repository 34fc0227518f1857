package import CredentialFormat
package import Model
package import Policy

/// An integration as a list shows it.
package struct ListedIntegration: Sendable {
    package let integration: Integration
    package let organizationName: String
    /// Its last use, by whichever secret.
    package let lastUse: LastUse?
    /// When the secret in force was made.
    package let secretAt: Instant
    /// Until when the secret before that works too, where that was put off.
    package let previousSecretEndsAt: Instant?
    /// When whoever looked after it left, nil while somebody does.
    package let leftAt: Instant?
}

/// Which integrations a list shows, and in which order.
package struct IntegrationQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case label, organization, secret, used, created
    }

    /// What the label contains, or the client id is.
    package var search: NameSearch?
    /// Those alone that were never used.
    package var neverUsed = false
    /// Those alone that were made before.
    package var madeBefore: Instant?
    /// Those alone that were not used since then, and are as old.
    package var unusedSince: Instant?
    /// Those alone whose secret in force was made before.
    package var secretBefore: Instant?
    /// Those alone that may be used from anywhere.
    package var fromAnywhere = false
    /// Those alone that are disabled, or are not; nil for both.
    package var isDisabled: Bool?
    /// Those alone that have this scope.
    package var scope: Scope?
    /// Those alone that nobody looks after, because who did has left.
    package var isLeft = false
    /// Those alone that a member looks after.
    package var steward: ID<Member>?
    package var order = Order.created
    package var isDescending = true
    package var after: ListPlace?

    package init() {}
}

private let columns: StaticString = """
    i.id, i.organization_id, i.label, i.scopes, i.addresses, i.access_token_seconds, i.token_format, i.created_at,
    i.created_by, i.revision, i.looked_at, i.looked_by, i.tokens_from, i.call_limit,
    i.disabled_at, i.disabled_by, o.name, i.used_at, i.used_from, i.uses,
    i.secret_at, i.previous_secret_ends_at, i.steward_left_at
    """

extension Transaction {
    /// The integrations of an extent that a query asks for, and how many the account has, in one statement. It reads the rows of
    /// these organizations, by their index, and no others; first no more of them than what they are chosen and ordered by.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package borrowing func integrations(
        _ extent: Extent, _ query: IntegrationQuery, limit: Int, countingTo most: Int
    ) throws -> (page: OrderedListing<ListedIntegration>, count: Int) {
        let account = extent.path.root
        let count: BoundSQL = """
            (SELECT COUNT(*) FROM (SELECT 1 FROM integration WHERE account_id = \(account) LIMIT \(most)) live)
            """
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(fixed: columns), \(part: count) FROM
            (SELECT i.id FROM organization o CROSS JOIN integration i
            WHERE \(part: extent.condition) AND i.organization_id = o.id \(part: query.condition) \(part: order.condition)
            \(part: order.clause) LIMIT \(limit + 1)) page CROSS JOIN integration i CROSS JOIN organization o
            WHERE i.id = page.id AND o.id = i.organization_id \(part: order.clause)
            """
        ) { row in (try ListedIntegration(row: row), try row.count(23)) }
        return try counted(rows, limit: limit, count, place: query.place)
    }

    /// Those of these integrations that belong to an organization or to one below it, oldest first.
    package borrowing func listedIntegrations(
        _ ids: [ID<Integration>], within path: OrganizationPath
    ) throws -> [ListedIntegration] {
        guard !ids.isEmpty else { return [] }
        return try all(
            """
            SELECT \(fixed: columns) FROM integration i JOIN organization o ON o.id = i.organization_id
            WHERE i.id IN (\(anyOf: ids)) AND o.path >= \(path.stored) AND o.path < \(path.storedEnd) ORDER BY i.id
            """, ListedIntegration.init(row:))
    }

    /// An integration as a list shows it, nil where there is none.
    package borrowing func listedIntegration(_ id: ID<Integration>) throws -> ListedIntegration? {
        try first(
            """
            SELECT \(fixed: columns) FROM integration i JOIN organization o ON o.id = i.organization_id WHERE i.id = \(id)
            """, ListedIntegration.init(row:))
    }
}

extension IntegrationQuery {
    fileprivate var condition: BoundSQL {
        var condition: BoundSQL = ""
        if let search {
            condition = """
                \(part: condition) AND (\(part: search.identifier(of: Integration.self, on: "i.id"))
                OR \(part: search.condition(on: "i.label")))
                """
        }
        if neverUsed { condition = "\(part: condition) AND i.used_at IS NULL" }
        if let madeBefore { condition = "\(part: condition) AND i.created_at < \(madeBefore)" }
        if let unusedSince { condition = "\(part: condition) AND COALESCE(i.used_at, i.created_at) < \(unusedSince)" }
        if let secretBefore {
            condition = "\(part: condition) AND COALESCE(i.secret_at, i.created_at) < \(secretBefore)"
        }
        if let scope { condition = "\(part: condition) AND \(part: scope.isAmong("i.scopes"))" }
        if isLeft { condition = "\(part: condition) AND i.steward_left_at IS NOT NULL" }
        if let steward { condition = "\(part: condition) AND i.steward = \(steward)" }
        if let isDisabled {
            condition =
                isDisabled
                ? "\(part: condition) AND i.disabled_at IS NOT NULL" : "\(part: condition) AND i.disabled_at IS NULL"
        }
        if fromAnywhere { condition = "\(part: condition) AND i.addresses IS NULL" }
        return condition
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .label: .text("lower(i.label)")
            case .organization: .text("lower(o.name)")
            case .secret: .number("COALESCE(i.secret_at, i.created_at)")
            case .used: .number("COALESCE(i.used_at, 0)")
            case .created: .age
            }
        return ListOrder(key, id: "i.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedIntegration) -> ListPlace {
        let id = item.integration.id
        return switch order {
        case .label: ListPlace(behind: item.integration.label, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .secret: ListPlace(behind: item.secretAt, id)
        case .used: ListPlace(behind: item.lastUse?.at, id)
        case .created: ListPlace(behind: item.integration.createdAt, id)
        }
    }
}

extension ListedIntegration {
    fileprivate init(row: StoredRow) throws(StoreError) {
        integration = try Integration(row: row)
        organizationName = try row.text(16)
        lastUse = try row.lastUse(17)
        secretAt = try row.optionalInstant(20) ?? integration.createdAt
        previousSecretEndsAt = try row.optionalInstant(21)
        leftAt = try row.optionalInstant(22)
    }
}
