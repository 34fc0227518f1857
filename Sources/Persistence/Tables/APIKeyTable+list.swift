package import CredentialFormat
package import Model
package import Policy

/// An API key as a list shows it.
package struct ListedAPIKey: Sendable {
    package let key: APIKey
    package let organizationName: String
    /// When whoever looked after it left, nil while somebody does.
    package let leftAt: Instant?
}

/// Which API keys a list shows, and in which order.
package struct APIKeyQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, organization, expires, used, created
    }

    /// What the name contains, or the identifier is, or how the key ends.
    package var search: NameSearch?
    /// Those alone that were never used.
    package var neverUsed = false
    /// Those alone that were made before.
    package var madeBefore: Instant?
    /// Those alone that were not used since then, and are as old.
    package var unusedSince: Instant?
    /// Those alone whose secret in force was made before.
    package var secretBefore: Instant?
    /// Those alone that end after the first and before the second.
    package var ending: Range<Instant>?
    /// Those alone that ended before.
    package var endedBefore: Instant?
    package var isDisabled = false
    /// Those alone that work then, nil for all.
    package var worksAt: Instant?
    /// Those alone that may be used from anywhere.
    package var fromAnywhere = false
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

extension Transaction {
    /// The API keys of an extent that a query asks for, and how many of the account live, in one statement. It reads the rows of
    /// these organizations, by their index, and no others; first no more of them than what they are chosen and ordered by.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package borrowing func apiKeys(
        _ extent: Extent, _ query: APIKeyQuery, limit: Int, countingTo most: Int, at now: Instant
    ) throws -> (page: OrderedListing<ListedAPIKey>, count: Int) {
        let account = extent.path.root
        let count: BoundSQL = """
            (SELECT COUNT(*) FROM (SELECT 1 FROM api_key WHERE account_id = \(account) AND expires_at > \(now) LIMIT \(most)) live)
            """
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(fixed: apiKeyColumns), o.name, k.steward_left_at, \(part: count) FROM
            (SELECT k.id FROM organization o CROSS JOIN api_key k
            WHERE \(part: extent.condition) AND k.organization_id = o.id \(part: query.condition) \(part: order.condition)
            \(part: order.clause) LIMIT \(limit + 1)) page CROSS JOIN api_key k CROSS JOIN organization o
            WHERE k.id = page.id AND o.id = k.organization_id \(part: order.clause)
            """
        ) { row in
            (try ListedAPIKey(row: row), try row.count(20))
        }
        return try counted(rows, limit: limit, count, place: query.place)
    }

    /// Those of these API keys that belong to an organization or to one below it, oldest first.
    package borrowing func listedAPIKeys(_ ids: [ID<APIKey>], within path: OrganizationPath) throws -> [ListedAPIKey] {
        guard !ids.isEmpty else { return [] }
        return try all(
            """
            SELECT \(fixed: apiKeyColumns), o.name, k.steward_left_at
            FROM api_key k JOIN organization o ON o.id = k.organization_id
            WHERE k.id IN (\(anyOf: ids)) AND o.path >= \(path.stored) AND o.path < \(path.storedEnd) ORDER BY k.id
            """, ListedAPIKey.init(row:))
    }

    /// An API key as a list shows it, nil where there is none.
    package borrowing func listedAPIKey(_ id: ID<APIKey>) throws -> ListedAPIKey? {
        try first(
            """
            SELECT \(fixed: apiKeyColumns), o.name, k.steward_left_at
            FROM api_key k JOIN organization o ON o.id = k.organization_id WHERE k.id = \(id)
            """, ListedAPIKey.init(row:))
    }
}

extension ListedAPIKey {
    fileprivate init(row: StoredRow) throws(StoreError) {
        key = try APIKey(row: row)
        organizationName = try row.text(18)
        leftAt = try row.optionalInstant(19)
    }
}

extension APIKeyQuery {
    fileprivate var condition: BoundSQL {
        var condition: BoundSQL = ""
        if let search {
            condition = """
                \(part: condition) AND (\(part: search.identifier(of: APIKey.self, on: "k.id"))
                OR \(part: search.ending(on: "k.hint")) OR \(part: search.condition(on: "k.name")))
                """
        }
        if neverUsed { condition = "\(part: condition) AND k.used_at IS NULL" }
        if let madeBefore { condition = "\(part: condition) AND k.created_at < \(madeBefore)" }
        if let unusedSince { condition = "\(part: condition) AND COALESCE(k.used_at, k.created_at) < \(unusedSince)" }
        if let secretBefore { condition = "\(part: condition) AND k.rotated_at < \(secretBefore)" }
        if let ending {
            condition = """
                \(part: condition) AND k.expires_at > \(ending.lowerBound) AND k.expires_at < \(ending.upperBound)
                """
        }
        if let endedBefore { condition = "\(part: condition) AND k.expires_at <= \(endedBefore)" }
        if isDisabled { condition = "\(part: condition) AND k.disabled_at IS NOT NULL" }
        if let worksAt { condition = "\(part: condition) AND k.expires_at > \(worksAt) AND k.disabled_at IS NULL" }
        if let scope { condition = "\(part: condition) AND \(part: scope.isAmong("k.scopes"))" }
        if isLeft { condition = "\(part: condition) AND k.steward_left_at IS NOT NULL" }
        if let steward { condition = "\(part: condition) AND k.steward = \(steward)" }
        if fromAnywhere { condition = "\(part: condition) AND k.addresses IS NULL" }
        return condition
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(k.name)")
            case .organization: .text("lower(o.name)")
            case .expires: .number("k.expires_at")
            case .used: .number("COALESCE(k.used_at, 0)")
            case .created: .age
            }
        return ListOrder(key, id: "k.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedAPIKey) -> ListPlace {
        let id = item.key.id
        return switch order {
        case .name: ListPlace(behind: item.key.name, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .expires: ListPlace(behind: item.key.expiresAt, id)
        case .used: ListPlace(behind: item.key.lastUse?.at, id)
        case .created: ListPlace(behind: item.key.createdAt, id)
        }
    }
}
