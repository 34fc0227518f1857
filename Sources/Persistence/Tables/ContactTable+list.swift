import CredentialFormat
package import Model
import Policy

/// A contact as a list shows it.
package struct ListedContact: Sendable {
    package let contact: Contact
    package let organizationName: String
    /// How many of its access keys are not disabled.
    package let keyCount: Int
    /// The last use of the access key that was used last.
    package let lastUse: LastUse?
}

/// Which contacts a list shows, and in which order.
package struct ContactQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, organization, used, created
    }

    /// What the name or the e-mail address contains.
    package var search: NameSearch?
    package var order = Order.created
    package var isDescending = true
    package var after: ListPlace?

    package init() {}
}

private let latestUse: StaticString = """
    FROM access_key k WHERE k.contact_id = c.id AND k.used_at IS NOT NULL ORDER BY k.used_at DESC, k.id DESC LIMIT 1
    """

extension Transaction {
    /// The contacts of an extent that a query asks for, and how many the account has, in one statement. It reads the rows of these
    /// organizations, by their index, and no others; first no more of them than what they are chosen and ordered by.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package borrowing func contacts(
        _ extent: Extent, _ query: ContactQuery, limit: Int, countingTo most: Int
    ) throws -> (page: OrderedListing<ListedContact>, count: Int) {
        let account = extent.path.root
        let count: BoundSQL = """
            (SELECT COUNT(*) FROM (SELECT 1 FROM contact WHERE account_id = \(account) LIMIT \(most)) live)
            """
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(fixed: contactColumns), o.name,
            (SELECT COUNT(*) FROM access_key k WHERE k.contact_id = c.id AND k.disabled_at IS NULL),
            (SELECT k.used_at \(fixed: latestUse)), (SELECT k.used_from \(fixed: latestUse)), (SELECT k.uses \(fixed: latestUse)),
            \(part: count) FROM
            (SELECT c.id FROM organization o CROSS JOIN contact c
            WHERE \(part: extent.condition) AND c.organization_id = o.id \(part: ContactQuery.condition(query.search))
            \(part: order.condition) \(part: order.clause) LIMIT \(limit + 1)) page CROSS JOIN contact c
            CROSS JOIN organization o WHERE c.id = page.id AND o.id = c.organization_id \(part: order.clause)
            """
        ) { row in (try ListedContact(row: row), try row.count(14)) }
        return try counted(rows, limit: limit, count, place: query.place)
    }
}

extension ContactQuery {
    /// What follows other conditions for a search in name and e-mail address.
    static func condition(_ search: NameSearch?) -> BoundSQL {
        search.map { "AND (\(part: $0.condition(on: "c.name")) OR \(part: $0.condition(on: "c.email")))" } ?? ""
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(c.name)")
            case .organization: .text("lower(o.name)")
            case .used:
                .number("COALESCE((SELECT MAX(k.used_at) FROM access_key k WHERE k.contact_id = c.id), 0)")
            case .created: .age
            }
        return ListOrder(key, id: "c.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedContact) -> ListPlace {
        let id = item.contact.id
        return switch order {
        case .name: ListPlace(behind: item.contact.name, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .used: ListPlace(behind: item.lastUse?.at, id)
        case .created: ListPlace(behind: item.contact.createdAt, id)
        }
    }
}

extension ListedContact {
    fileprivate init(row: StoredRow) throws(StoreError) {
        contact = try Contact(row: row)
        organizationName = try row.text(9)
        keyCount = try row.count(10)
        lastUse = try row.lastUse(11)
    }
}
