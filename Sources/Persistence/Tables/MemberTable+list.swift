package import CredentialFormat
package import Model

/// A member as a list shows them.
package struct ListedMember: Hashable, Sendable {
    package let member: Member
    package let organizationName: String
    package let hasSecondFactor: Bool
    /// Whether an invitation waits for them.
    package let isInvited: Bool
    /// How many credentials they look after, of those that who asks may see; nil where that was not asked.
    package var looksAfter: Int?
}

/// Which members a list shows, and in which order.
package struct MemberQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, organization, created
    }

    /// What name or e-mail address contain.
    package var search: NameSearch?
    /// The names of roles of which they have one; empty for any.
    package var roles: [String] = []
    /// Those alone who have set none yet.
    package var withoutPassword = false
    /// Those alone for whom a password is enough.
    package var withoutSecondFactor = false
    package var order = Order.created
    package var isDescending = false
    package var after: ListPlace?

    package init() {}
}

extension Transaction {
    /// The members of an extent that a query asks for and how many credentials each looks after, with how many members there are
    /// in all and in the account and how many credentials nobody looks after, in one statement. It reads those of these organizations, by their index, and no others; first no more of them than
    /// what they are chosen and ordered by.
    ///
    /// - Parameters:
    ///   - limit: How many members at most.
    ///   - most: How far is counted.
    ///   - kinds: The kinds of credentials that count.
    ///   - sight: Where those that a member looks after count.
    package borrowing func members(
        _ extent: Extent, _ query: MemberQuery, at now: Instant, limit: Int, countingTo most: Int,
        credentials kinds: Set<StewardedID.Kind>, within sight: OrganizationPath
    ) throws -> (page: OrderedListing<ListedMember>, count: Int, left: Int, ofAccount: Int) {
        let counts: BoundSQL = """
            (SELECT COUNT(*) FROM (SELECT 1 FROM organization o CROSS JOIN member m
            WHERE \(part: extent.condition) AND m.organization_id = o.id LIMIT \(most)) AS live),
            \(part: Self.stewardedCount(.left(account: extent.path.root), kinds: kinds, within: extent.path, limit: most)),
            \(part: Self.memberCount(ofAccount: extent.path.root, countingTo: most))
            """
        let order = query.listOrder
        let rows = try all(
            """
            SELECT \(part: Self.listed(at: now)), \(part: counts),
            \(part: Self.stewardedCountOfRow(kinds: kinds, within: sight, limit: most)) FROM
            (SELECT m.id FROM organization o CROSS JOIN member m WHERE \(part: extent.condition) AND m.organization_id = o.id
            \(part: query.condition) \(part: order.condition) \(part: order.clause) LIMIT \(limit + 1)) page CROSS JOIN member m
            CROSS JOIN organization o WHERE m.id = page.id AND o.id = m.organization_id \(part: order.clause)
            """
        ) { row in
            var listed = try ListedMember(row: row)
            listed.looksAfter = try row.count(17)
            return (listed, try row.count(14), try row.count(15), try row.count(16))
        }
        let listing = OrderedListing(rows.map(\.0), limit: limit, place: query.place)
        if let (_, count, left, ofAccount) = rows.first { return (listing, count, left, ofAccount) }
        // No row, no count.
        let counted = try first("SELECT \(part: counts)") { (try $0.count(0), try $0.count(1), try $0.count(2)) }
        let (count, left, ofAccount) = counted ?? (0, 0, 0)
        return (listing, count, left, ofAccount)
    }

    /// How many members an account has, as far as it is counted.
    package borrowing func memberCount(ofAccount account: ID<Organization>, countingTo most: Int) throws -> Int {
        try first("SELECT \(part: Self.memberCount(ofAccount: account, countingTo: most))") { try $0.count(0) } ?? 0
    }

    /// The same as a number within a statement.
    private static func memberCount(ofAccount account: ID<Organization>, countingTo most: Int) -> BoundSQL {
        """
        (SELECT COUNT(*) FROM (SELECT 1 FROM organization o CROSS JOIN member m
        WHERE o.account_id = \(account) AND m.organization_id = o.id LIMIT \(most)) AS live)
        """
    }

    /// One member as a list shows them.
    package borrowing func listedMember(_ id: ID<Member>, at now: Instant) throws -> ListedMember? {
        try first(
            """
            SELECT \(part: Self.listed(at: now)) FROM member m JOIN organization o ON o.id = m.organization_id
            WHERE m.id = \(id)
            """, ListedMember.init(row:))
    }

    private static func listed(at now: Instant) -> BoundSQL {
        """
        \(fixed: memberColumns), o.name, EXISTS (SELECT 1 FROM second_factor f WHERE f.member_id = m.id),
        EXISTS (SELECT 1 FROM one_time_link l WHERE l.member_id = m.id
        AND l.purpose = \(OneTimeLink.Purpose.invitation.rawValue) AND l.used_at IS NULL AND l.expires_at > \(now))
        """
    }

    /// The names of these members by their identifiers; none for those who are gone, or belong elsewhere.
    ///
    /// - Parameter path: Where they must belong, nil for anywhere.
    package borrowing func memberNames(
        _ ids: Set<ID<Member>>, within path: OrganizationPath?
    ) throws -> [ID<Member>: String] {
        guard !ids.isEmpty else { return [:] }
        let bound: BoundSQL = path.map { "AND o.path >= \($0.stored) AND o.path < \($0.storedEnd)" } ?? ""
        let rows = try all(
            """
            SELECT m.id, m.name FROM member m JOIN organization o ON o.id = m.organization_id
            WHERE m.id IN (\(anyOf: Array(ids))) \(part: bound)
            """
        ) { row in (try row.id(0) as ID<Member>, try row.text(1)) }
        return Dictionary(rows) { first, _ in first }
    }
}

extension MemberQuery {
    fileprivate var condition: BoundSQL {
        var condition: BoundSQL = ""
        if let search {
            condition = """
                AND (\(part: search.condition(on: "m.name")) OR \(part: search.condition(on: "m.email")))
                """
        }
        if !roles.isEmpty {
            let any = roles.reduce("1 = 0" as BoundSQL) { others, role in
                "\(part: others) OR ' ' || m.roles || ' ' LIKE \(NameSearch.pattern(" \(role) ")) ESCAPE '!'"
            }
            condition = "\(part: condition) AND (\(part: any))"
        }
        if withoutPassword { condition = "\(part: condition) AND m.password IS NULL" }
        if withoutSecondFactor {
            condition = """
                \(part: condition) AND NOT EXISTS (SELECT 1 FROM second_factor f WHERE f.member_id = m.id)
                """
        }
        return condition
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(m.name)")
            case .organization: .text("lower(o.name)")
            case .created: .age
            }
        return ListOrder(key, id: "m.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedMember) -> ListPlace {
        let id = item.member.id
        return switch order {
        case .name: ListPlace(behind: item.member.name, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .created: ListPlace(behind: item.member.createdAt, id)
        }
    }
}

extension ListedMember {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            member: try Member(row: row), organizationName: try row.text(11), hasSecondFactor: try row.bool(12),
            isInvited: try row.bool(13))
    }
}
