package import CredentialFormat
package import Model
package import Policy

/// What a grant is read from.
let grantColumns: StaticString = """
    g.id, g.app_id, g.member_id, g.organization_id, g.scopes, g.created_at, g.consented_at, g.reuse_at,
    g.reuse_successor_used
    """

/// What ``DescribedGrant`` needs, beside what the grants come from.
let describedGrantColumns: StaticString = """
    , p.name, m.email, m.name, mo.path, o.name, g.used_at, g.used_from, g.uses,
    (SELECT MAX(COALESCE(l.rotated_at, l.created_at)) FROM refresh_lineage l WHERE l.grant_id = g.id)
    """

/// The tables of ``describedGrantColumns``, beside what the grants come from.
let describedGrantTables: StaticString = """
    JOIN app p ON p.id = g.app_id JOIN member m ON m.id = g.member_id
    JOIN organization mo ON mo.id = m.organization_id
    """

extension Transaction {
    /// The grant, nil where there is none.
    package borrowing func grant(_ id: ID<Grant>) throws -> Grant? {
        try first("SELECT \(fixed: grantColumns) FROM user_grant g WHERE g.id = \(id)", Grant.init(row:))
    }

    /// What a member granted, oldest first.
    package borrowing func grants(of member: ID<Member>, after: ID<Grant>?, limit: Int) throws -> [DescribedGrant] {
        try all(
            """
            SELECT \(fixed: grantColumns)\(fixed: describedGrantColumns) FROM user_grant g
            JOIN organization o ON o.id = g.organization_id \(fixed: describedGrantTables)
            WHERE g.member_id = \(member) AND g.id > \(place(after: after)) ORDER BY g.id LIMIT \(limit)
            """, DescribedGrant.init(row:))
    }

    /// What was granted in an extent, oldest first.
    package borrowing func grants(
        _ extent: Extent, matching filter: GrantFilter = GrantFilter(), after: ID<Grant>?, limit: Int
    ) throws -> [DescribedGrant] {
        switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: grantColumns)\(fixed: describedGrantColumns) FROM user_grant g
                JOIN organization o ON o.id = g.organization_id \(fixed: describedGrantTables)
                WHERE g.organization_id = \(path.last) AND g.id > \(place(after: after)) \(part: filter.conditions)
                ORDER BY g.id LIMIT \(limit)
                """, DescribedGrant.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: grantColumns)\(fixed: describedGrantColumns) FROM organization o CROSS JOIN user_grant g
                \(fixed: describedGrantTables)
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND g.organization_id = o.id
                AND g.id > \(place(after: after)) \(part: filter.conditions) ORDER BY g.id LIMIT \(limit)
                """, DescribedGrant.init(row:))
        }
    }

    /// The grant with what people know it by, nil where there is none.
    package borrowing func describedGrant(_ id: ID<Grant>) throws -> DescribedGrant? {
        try first(
            """
            SELECT \(fixed: grantColumns)\(fixed: describedGrantColumns) FROM user_grant g
            JOIN organization o ON o.id = g.organization_id \(fixed: describedGrantTables) WHERE g.id = \(id)
            """, DescribedGrant.init(row:))
    }

    /// What users granted an app, in an extent or everywhere, as far as it is counted.
    ///
    /// - Parameter now: At which refresh tokens count that are in force.
    package borrowing func reach(of app: ID<App>, in extent: Extent?, at now: Instant) throws -> AppReach {
        let most = AppReach.mostCounted
        let (from, condition): (BoundSQL, BoundSQL) =
            switch extent {
            case nil: ("user_grant g", "g.app_id = \(app)")
            case .organization(let path):
                ("user_grant g", "g.organization_id = \(path.last) AND g.app_id = \(app)")
            case .within(let path):
                (
                    "organization o CROSS JOIN user_grant g",
                    """
                    o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND g.organization_id = o.id
                    AND g.app_id = \(app)
                    """
                )
            }
        let (grants, people) =
            try first(
                """
                SELECT COUNT(*), COUNT(DISTINCT member_id) FROM
                (SELECT g.member_id FROM \(part: from) WHERE \(part: condition) LIMIT \(most + 1)) live
                """
            ) { (try $0.count(0), try $0.count(1)) } ?? (0, 0)
        let tokens =
            try first(
                """
                SELECT COUNT(*) FROM (SELECT l.id FROM \(part: from) JOIN refresh_lineage l ON l.grant_id = g.id
                WHERE \(part: condition) AND l.expires_at > \(now) LIMIT \(most + 1)) live
                """
            ) { try $0.count(0) } ?? 0
        return AppReach(grants: grants, people: people, refreshTokens: tokens)
    }

    /// Adds a grant.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where the member granted the app something there before.
    package borrowing func insert(_ grant: Grant) throws {
        try execute(
            """
            INSERT INTO user_grant (id, app_id, member_id, organization_id, scopes, created_at, consented_at)
            VALUES (\(grant.id), \(grant.app), \(grant.member), \(grant.organization), \(grant.scopes.text),
            \(grant.createdAt), \(grant.consentedAt))
            """)
    }

    /// Writes all that was consented to in a grant by now.
    package borrowing func widen(_ id: ID<Grant>, to scopes: ScopeSet, consentedAt: Instant) throws {
        try perform(
            """
            UPDATE user_grant SET scopes = \(scopes.text), consented_at = \(consentedAt), reuse_at = NULL,
            reuse_successor_used = NULL WHERE id = \(id)
            """)
    }

    /// Notes that a spent token of a grant came back.
    package borrowing func note(_ reuse: TokenReuse, of id: ID<Grant>) throws {
        try perform(
            """
            UPDATE user_grant SET reuse_at = \(reuse.at), reuse_successor_used = \(reuse.successorWasUsed)
            WHERE id = \(id)
            """)
    }

    /// Counts uses of access tokens that came from a grant, and notes when and from where the last of them was, unless a later
    /// one is known.
    package borrowing func recordUse(grant id: ID<Grant>, count: Int = 1, at: Instant, address: IPAddress?) throws {
        try perform(
            """
            UPDATE user_grant SET uses = uses + \(count),
            used_from = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \((address?.description).stored) ELSE used_from END,
            used_at = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(at) ELSE used_at END
            WHERE id = \(id)
            """)
    }

    /// Removes a grant with the codes and lineages that came from it.
    package borrowing func delete(_ id: ID<Grant>) throws {
        try perform("DELETE FROM user_grant WHERE id = \(id)")
    }
}

/// Which grants are wanted; nothing for all.
package struct GrantFilter: Sendable {
    /// The app that they were given to.
    package let app: ID<App>?
    /// What is in the name of the app or the organization, or in the name or e-mail address of the member.
    package let search: NameSearch?
    /// Where the members belong whose names may be searched, nil for anywhere: whoever must not know a name must not find
    /// it either (law 12).
    package let reach: OrganizationPath?

    package init(app: ID<App>? = nil, search: NameSearch? = nil, reach: OrganizationPath? = nil) {
        self.app = app
        self.search = search
        self.reach = reach
    }

    /// For who sees members below `actor`'s reach alone.
    package init(app: ID<App>? = nil, search: NameSearch? = nil, for actor: Actor) throws(Refusal) {
        self.init(app: app, search: search, reach: try actor.reach.bound())
    }

    /// What follows other conditions.
    var conditions: BoundSQL {
        let ofApp: BoundSQL = app.map { "AND g.app_id = \($0)" } ?? ""
        guard let search else { return ofApp }
        let known: BoundSQL = reach.map { "AND mo.path >= \($0.stored) AND mo.path < \($0.storedEnd)" } ?? ""
        return """
            \(part: ofApp) AND (\(part: search.condition(on: "p.name")) OR \(part: search.condition(on: "o.name"))
            OR ((\(part: search.condition(on: "m.name")) OR \(part: search.condition(on: "m.email"))) \(part: known)))
            """
    }
}

/// How many people an app acts for, as far as it is counted.
package struct AppReach: Hashable, Sendable {
    /// So many are counted, and then no more.
    package static let mostCounted = 10_000

    /// Of a member in an organization each.
    package let grants: Int
    /// Members among whose grants these are.
    package let people: Int
    /// Those in force: one for each time that a member let the app in.
    package let refreshTokens: Int

    package init(grants: Int, people: Int, refreshTokens: Int) {
        self.grants = grants
        self.people = people
        self.refreshTokens = refreshTokens
    }

    /// Whether there may be more than was counted.
    package var isCut: Bool { grants > Self.mostCounted || refreshTokens > Self.mostCounted }
}

/// A grant with what people know its app, its giver and its place by.
package struct DescribedGrant: Sendable {
    package let grant: Grant
    package let appName: String
    /// Nil for who must not know.
    package let memberEmail: EmailAddress?
    /// Nil for who must not know.
    package let memberName: String?
    /// Where the member belongs: there or above.
    package let memberOrganization: OrganizationPath
    package let organizationName: String
    /// When, from where and how often access tokens of it were accepted; nil for never yet.
    package let lastUse: LastUse?
    /// When tokens of it were last given to the app; nil where none are left.
    package let tokensGivenAt: Instant?

    /// When the app last used it: fetched tokens, or had one accepted. Nil for never yet.
    package var lastUsedAt: Instant? { [lastUse?.at, tokensGivenAt].compactMap(\.self).max() }

    /// The same for who must not know who the member is.
    package var withoutMember: DescribedGrant {
        DescribedGrant(
            grant: grant, appName: appName, memberEmail: nil, memberName: nil,
            memberOrganization: memberOrganization, organizationName: organizationName, lastUse: lastUse,
            tokensGivenAt: tokensGivenAt)
    }
}

extension Grant {
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), app: try row.id(1), member: try row.id(2), organization: try row.id(3),
            scopes: try row.scopes(4), createdAt: try row.instant(5), consentedAt: try row.instant(6),
            lastReuse: try row.optionalInstant(7).map { at throws(StoreError) in
                Grant.Reuse(at: at, successorWasUsed: try row.bool(8))
            })
    }
}

extension DescribedGrant {
    init(row: StoredRow) throws(StoreError) {
        self.init(
            grant: try Grant(row: row), appName: try row.text(9),
            memberEmail: try row.parsed(10) { EmailAddress($0) }, memberName: try row.text(11),
            memberOrganization: try row.path(12), organizationName: try row.text(13),
            lastUse: try row.lastUse(14), tokensGivenAt: try row.optionalInstant(17))
    }
}
