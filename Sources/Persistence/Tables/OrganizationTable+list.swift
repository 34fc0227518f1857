import CredentialFormat
package import Model

/// An organization as a list shows it.
package struct ListedOrganization: Hashable, Sendable {
    package let organization: Organization
    /// Of the one above it, nil where the list is of nothing higher.
    package let parentName: String?
}

/// Which organizations a list shows, and in which order.
package struct OrganizationQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, created
    }

    /// What the name contains, or the identifier is.
    package var search: NameSearch?
    package var order = Order.created
    package var isDescending = false
    package var after: ListPlace?

    package init() {}
}

extension Transaction {
    /// The organization at `path` and those below it that a query asks for, and how many the account has, in one statement. It reads
    /// those of the account, by their index, and no others.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package borrowing func organizations(
        within path: OrganizationPath, _ query: OrganizationQuery, limit: Int, countingTo most: Int
    ) throws -> (page: OrderedListing<ListedOrganization>, count: Int) {
        let count = Self.organizationCount(ofAccount: path.root, countingTo: most)
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(fixed: organizationColumns), above.name, \(part: count) FROM organization o LEFT JOIN organization above
            ON above.id = o.parent_id AND above.path >= \(path.stored) AND above.path < \(path.storedEnd)
            WHERE o.account_id = \(path.root) AND o.path >= \(path.stored) AND o.path < \(path.storedEnd)
            \(part: query.condition) \(part: order.condition) \(part: order.clause) LIMIT \(limit + 1)
            """
        ) { row in
            let listed = ListedOrganization(
                organization: try Organization(row: row, from: 0), parentName: try row.optionalText(5))
            return (listed, try row.count(6))
        }
        return try counted(rows, limit: limit, count, place: query.place)
    }
}

extension OrganizationQuery {
    fileprivate var condition: BoundSQL {
        guard let search else { return "" }
        return """
            AND (\(part: search.identifier(of: Organization.self, on: "o.id"))
            OR \(part: search.condition(on: "o.name")))
            """
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(o.name)")
            case .created: .age
            }
        return ListOrder(key, id: "o.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedOrganization) -> ListPlace {
        let organization = item.organization
        return switch order {
        case .name: ListPlace(behind: organization.name, organization.id)
        case .created: ListPlace(behind: organization.createdAt, organization.id)
        }
    }
}
