package import CredentialFormat
package import Model

/// An access key as a list shows it.
package struct ListedAccessKey: Sendable {
    package let key: AccessKey
    package let contactName: String
    /// Whether none of the contact's is accepted.
    package let isContactDisabled: Bool
    package let organization: ID<Organization>
    package let organizationName: String
}

/// Which access keys a list shows, and in which order.
package struct AccessKeyQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, contact, organization, used, created
    }

    /// What its name or that of its contact contains, or the identifier is, or how it ends.
    package var search: NameSearch?
    /// Those alone that were never used.
    package var neverUsed = false
    /// Those alone that were made before.
    package var madeBefore: Instant?
    /// Those alone that were not used since then, and are as old.
    package var unusedSince: Instant?
    /// Those alone whose secret in force was made before.
    package var secretBefore: Instant?
    /// Those alone whose secret in force is known to whoever made it and has left.
    package var isCreatorLeft = false
    /// Those alone that work, or those alone that are disabled, by themselves or with their contact; nil for both.
    package var works: Bool?
    package var order = Order.created
    package var isDescending = true
    package var after: ListPlace?

    package init() {}
}

extension Transaction {
    /// The access keys of the contacts of an extent that a query asks for, in one statement. It reads the rows of these
    /// organizations, by their indexes, and no others; first no more of them than what they are chosen and ordered by.
    ///
    /// - Parameter limit: How many at most.
    package borrowing func accessKeys(
        _ extent: Extent, _ query: AccessKeyQuery, limit: Int
    ) throws -> OrderedListing<ListedAccessKey> {
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(fixed: accessKeyColumns), c.name, c.disabled_at, o.id, o.name FROM
            (SELECT k.id FROM organization o CROSS JOIN contact c CROSS JOIN access_key k
            WHERE \(part: extent.condition) AND c.organization_id = o.id AND k.contact_id = c.id \(part: query.condition)
            \(part: order.condition) \(part: order.clause) LIMIT \(limit + 1)) page CROSS JOIN access_key k
            CROSS JOIN contact c CROSS JOIN organization o
            WHERE k.id = page.id AND c.id = k.contact_id AND o.id = c.organization_id \(part: order.clause)
            """, ListedAccessKey.init(row:))
        return OrderedListing(rows, limit: limit, place: query.place)
    }
}

extension AccessKeyQuery {
    fileprivate var condition: BoundSQL {
        var condition: BoundSQL = ""
        if let search {
            condition = """
                \(part: condition) AND (\(part: search.identifier(of: AccessKey.self, on: "k.id"))
                OR \(part: search.ending(on: "k.hint")) OR \(part: search.condition(on: "k.name")) OR \(part: search.condition(on: "c.name")))
                """
        }
        if neverUsed { condition = "\(part: condition) AND k.used_at IS NULL" }
        if let unusedSince { condition = "\(part: condition) AND COALESCE(k.used_at, k.created_at) < \(unusedSince)" }
        if let madeBefore { condition = "\(part: condition) AND k.created_at < \(madeBefore)" }
        if let secretBefore { condition = "\(part: condition) AND k.rotated_at < \(secretBefore)" }
        if isCreatorLeft { condition = "\(part: condition) AND \(part: AccessKeyQuery.isWithLeaver)" }
        switch works {
        case true?: condition = "\(part: condition) AND \(part: Self.working)"
        case false?: condition = "\(part: condition) AND NOT (\(part: Self.working))"
        case nil: break
        }
        return condition
    }

    /// Neither it is disabled nor its contact.
    static let working: BoundSQL = "k.disabled_at IS NULL AND c.disabled_at IS NULL"

    /// Who has left may still have what they copied.
    static let isWithLeaver: BoundSQL = "k.creator_left_at > k.rotated_at"

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(k.name)")
            case .contact: .text("lower(c.name)")
            case .organization: .text("lower(o.name)")
            case .used: .number("COALESCE(k.used_at, 0)")
            case .created: .age
            }
        return ListOrder(key, id: "k.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedAccessKey) -> ListPlace {
        let id = item.key.id
        return switch order {
        case .name: ListPlace(behind: item.key.name, id)
        case .contact: ListPlace(behind: item.contactName, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .used: ListPlace(behind: item.key.lastUse?.at, id)
        case .created: ListPlace(behind: item.key.createdAt, id)
        }
    }
}

extension ListedAccessKey {
    fileprivate init(row: StoredRow) throws(StoreError) {
        key = try AccessKey(row: row)
        contactName = try row.text(14)
        isContactDisabled = try row.optionalInstant(15) != nil
        organization = try row.id(16)
        organizationName = try row.text(17)
    }
}
