package import CredentialFormat
package import Model
package import Policy

/// An app as a list of them tells of it.
package struct ListedApp: Sendable {
    /// So many grants of one are looked at, and then no more.
    package static let mostCounted = 1000

    package let app: App
    package let organizationName: String
    /// Nil for never yet.
    package let lastUse: LastUse?
    /// How many people let it act for them.
    package let people: Int
}

/// Which apps a list shows, and in which order.
package struct AppQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, organization, used, created
    }

    /// What the name contains.
    package var search: NameSearch?
    /// Those alone that were never used.
    package var neverUsed = false
    /// Those alone that were not used since then, and are as old.
    package var unusedSince: Instant?
    /// Those alone that have this scope.
    package var scope: Scope?
    /// Those alone that are disabled, or are not; nil for both.
    package var isDisabled: Bool?
    /// Those alone that nobody looks after, because who did has left.
    package var isLeft = false
    /// Those alone that a member looks after.
    package var steward: ID<Member>?
    package var order = Order.created
    package var isDescending = true
    package var after: ListPlace?

    package init() {}
}

/// What ``ListedApp`` needs besides the app.
private let listed: BoundSQL = """
    , o.name, p.used_at, p.used_from, p.uses, (SELECT COUNT(DISTINCT live.member_id) FROM
    (SELECT g.member_id FROM user_grant g WHERE g.app_id = p.id LIMIT \(ListedApp.mostCounted + 1)) live)
    """

extension Transaction {
    /// The apps of an extent that a query asks for, and how many the account has, in one statement. It reads the rows of these
    /// organizations, by their index, and no others; first no more of them than what they are chosen and ordered by.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package borrowing func apps(
        _ extent: Extent, _ query: AppQuery, limit: Int, countingTo most: Int
    ) throws -> (page: OrderedListing<ListedApp>, count: Int) {
        let account = extent.path.root
        let count: BoundSQL = """
            (SELECT COUNT(*) FROM (SELECT 1 FROM app WHERE account_id = \(account) LIMIT \(most)) live)
            """
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(fixed: appColumns)\(part: listed), \(part: count) FROM
            (SELECT p.id FROM organization o CROSS JOIN app p
            WHERE \(part: extent.condition) AND p.organization_id = o.id \(part: query.condition) \(part: order.condition)
            \(part: order.clause) LIMIT \(limit + 1)) page CROSS JOIN app p CROSS JOIN organization o
            WHERE p.id = page.id AND o.id = p.organization_id \(part: order.clause)
            """
        ) { row in (try ListedApp(row: row), try row.count(29)) }
        return try counted(rows, limit: limit, count, place: query.place)
    }

    /// Those of these apps that belong to an organization or to one below it, oldest first.
    package borrowing func listedApps(_ ids: [ID<App>], within path: OrganizationPath) throws -> [ListedApp] {
        guard !ids.isEmpty else { return [] }
        return try all(
            """
            SELECT \(fixed: appColumns)\(part: listed) FROM app p JOIN organization o ON o.id = p.organization_id
            WHERE p.id IN (\(anyOf: ids)) AND o.path >= \(path.stored) AND o.path < \(path.storedEnd) ORDER BY p.id
            """, ListedApp.init(row:))
    }

    /// An app with what a list tells of it, nil where there is none.
    package borrowing func listedApp(_ id: ID<App>) throws -> ListedApp? {
        try first(
            """
            SELECT \(fixed: appColumns)\(part: listed) FROM app p JOIN organization o ON o.id = p.organization_id
            WHERE p.id = \(id)
            """, ListedApp.init(row:))
    }
}

extension AppQuery {
    fileprivate var condition: BoundSQL {
        var condition: BoundSQL = ""
        if let search {
            condition = """
                AND (\(part: search.identifier(of: App.self, on: "p.id")) OR \(part: search.condition(on: "p.name")))
                """
        }
        if neverUsed { condition = "\(part: condition) AND p.used_at IS NULL" }
        if let unusedSince { condition = "\(part: condition) AND COALESCE(p.used_at, p.created_at) < \(unusedSince)" }
        if let scope { condition = "\(part: condition) AND \(part: scope.isAmong("p.scopes"))" }
        if let isDisabled {
            condition =
                isDisabled
                ? "\(part: condition) AND p.disabled_at IS NOT NULL" : "\(part: condition) AND p.disabled_at IS NULL"
        }
        if isLeft { condition = "\(part: condition) AND p.steward_left_at IS NOT NULL" }
        if let steward { condition = "\(part: condition) AND p.steward = \(steward)" }
        return condition
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(p.name)")
            case .organization: .text("lower(o.name)")
            case .used: .number("COALESCE(p.used_at, 0)")
            case .created: .age
            }
        return ListOrder(key, id: "p.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedApp) -> ListPlace {
        let id = item.app.id
        return switch order {
        case .name: ListPlace(behind: item.app.name, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .used: ListPlace(behind: item.lastUse?.at, id)
        case .created: ListPlace(behind: item.app.createdAt, id)
        }
    }
}

extension ListedApp {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            app: try App(row: row), organizationName: try row.text(24), lastUse: try row.lastUse(25),
            people: try row.count(28))
    }
}
