package import CredentialFormat
package import Model

/// A member as a list shows them.
package struct ListedMember: Hashable, Sendable {
    package let member: Member
    package let organizationName: String
    package let hasSecondFactor: Bool
    /// Whether an invitation waits for them.
    package let isInvited: Bool
}

/// Which members a list shows, oldest first.
package struct MemberQuery: Hashable, Sendable {
    /// What name or e-mail address contain.
    package var search: NameSearch?
    /// The name of a role that they have.
    package var role: String?
    package var after: ID<Member>?

    package init(search: NameSearch? = nil, role: String? = nil, after: ID<Member>? = nil) {
        self.search = search
        self.role = role
        self.after = after
    }
}

extension Transaction {
    /// The members of an extent that a query asks for, with how many there are in all and how many credentials nobody looks
    /// after, in one statement. It reads those of these organizations, by their index, and no others.
    ///
    /// - Parameters:
    ///   - limit: How many members at most.
    ///   - most: How far is counted.
    ///   - kinds: The kinds of credentials that count.
    package borrowing func members(
        _ extent: Extent, _ query: MemberQuery, at now: Instant, limit: Int, countingTo most: Int,
        leftOf kinds: Set<StewardedID.Kind>
    ) throws -> (items: [ListedMember], count: Int, left: Int) {
        let within: BoundSQL =
            switch extent {
            case .organization(let path): "o.id = \(path.last)"
            case .within(let path): "o.path >= \(path.stored) AND o.path < \(path.storedEnd)"
            }
        var condition: BoundSQL = "m.id > \(place(after: query.after))"
        if let search = query.search {
            condition = """
                \(part: condition) AND (\(part: search.condition(on: "m.name")) OR \(part: search.condition(on: "m.email")))
                """
        }
        if let role = query.role { condition = "\(part: condition) AND ' ' || m.roles || ' ' LIKE \("% \(role) %")" }
        let counts: BoundSQL = """
            (SELECT COUNT(*) FROM (SELECT 1 FROM organization o CROSS JOIN member m
            WHERE \(part: within) AND m.organization_id = o.id LIMIT \(most)) AS live),
            \(part: Self.stewardedCount(.left(account: extent.path.root), kinds: kinds, within: extent.path, limit: most))
            """
        let rows = try all(
            """
            SELECT \(part: Self.listed(at: now)), \(part: counts) FROM organization o CROSS JOIN member m
            WHERE \(part: within) AND m.organization_id = o.id AND \(part: condition) ORDER BY m.id LIMIT \(limit)
            """
        ) { row in (try ListedMember(row: row), try row.count(14), try row.count(15)) }
        if let (_, count, left) = rows.first { return (rows.map(\.0), count, left) }
        // No row, no count.
        let (count, left) = try first("SELECT \(part: counts)") { (try $0.count(0), try $0.count(1)) } ?? (0, 0)
        return ([], count, left)
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
        guard let last = ids.first else { return [:] }
        // Some one several times, so that there are few different statements to prepare, however many are asked for.
        var list = Array(ids)
        while list.count & (list.count - 1) != 0 { list.append(last) }
        let place: BoundSQL = path.map { "AND o.path >= \($0.stored) AND o.path < \($0.storedEnd)" } ?? ""
        let rows = try all(
            """
            SELECT m.id, m.name FROM member m JOIN organization o ON o.id = m.organization_id
            WHERE m.id IN (\(list: list)) \(part: place)
            """
        ) { row in (try row.id(0) as ID<Member>, try row.text(1)) }
        return Dictionary(rows) { first, _ in first }
    }
}

extension ListedMember {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            member: try Member(row: row), organizationName: try row.text(11), hasSecondFactor: try row.bool(12),
            isInvited: try row.bool(13))
    }
}
