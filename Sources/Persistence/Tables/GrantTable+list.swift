import CredentialFormat
package import Model

/// Which grants a list shows, and in which order.
package struct GrantQuery: Sendable {
    /// What the list is ordered by. Not by the names of members, some of whom the reader must not know (law 12).
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case app, organization, created, used
    }

    package var filter = GrantFilter()
    package var order = Order.created
    package var isDescending = true
    package var after: ListPlace?

    package init() {}
}

extension Transaction {
    /// The grants in an extent that a query asks for, in one statement. It reads the rows of these organizations, by their index,
    /// and no others.
    ///
    /// - Parameter limit: How many at most.
    package borrowing func grants(
        _ extent: Extent, _ query: GrantQuery, limit: Int
    ) throws -> OrderedListing<DescribedGrant> {
        let found = try all(
            """
            SELECT \(fixed: grantColumns)\(fixed: describedGrantColumns) FROM organization o CROSS JOIN user_grant g
            \(fixed: describedGrantTables)
            WHERE \(part: extent.condition) AND g.organization_id = o.id \(part: query.filter.conditions)
            \(part: query.listOrder.condition) \(part: query.listOrder.clause) LIMIT \(limit + 1)
            """, DescribedGrant.init(row:))
        return OrderedListing(found, limit: limit, place: query.place)
    }
}

extension GrantQuery {
    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .app: .text("lower(p.name)")
            case .organization: .text("lower(o.name)")
            case .created: .number("g.created_at")
            case .used: .number(lastUsedAt)
            }
        return ListOrder(key, id: "g.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: DescribedGrant) -> ListPlace {
        let id = item.grant.id
        return switch order {
        case .app: ListPlace(behind: item.appName, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .created: ListPlace(behind: item.grant.createdAt, id)
        case .used: ListPlace(behind: item.lastUsedAt, id)
        }
    }
}

/// As ``DescribedGrant/lastUsedAt``, with 0 for never; in words that both engines have.
private let lastUsedAt: StaticString = """
    COALESCE((SELECT MAX(CASE WHEN COALESCE(l.rotated_at, l.created_at) > COALESCE(g.used_at, 0)
    THEN COALESCE(l.rotated_at, l.created_at) ELSE g.used_at END) FROM refresh_lineage l WHERE l.grant_id = g.id),
    g.used_at, 0)
    """
