package import CredentialFormat
package import Model
package import Policy

private let columns: StaticString = """
    g.id, g.app_id, g.member_id, g.organization_id, g.scopes, g.created_at, g.consented_at, g.reuse_at,
    g.reuse_successor_used
    """

/// What ``DescribedGrant`` needs, beside what the grants come from.
private let description: StaticString = """
    , p.name, m.email, m.name, mo.path, o.name
    """

private let described: StaticString = """
    JOIN app p ON p.id = g.app_id JOIN member m ON m.id = g.member_id
    JOIN organization mo ON mo.id = m.organization_id
    """

extension Transaction {
    /// The grant, nil where there is none.
    package borrowing func grant(_ id: ID<Grant>) throws -> Grant? {
        try first("SELECT \(fixed: columns) FROM user_grant g WHERE g.id = \(id)", Grant.init(row:))
    }

    /// What a member granted an app in an organization, nil for nothing.
    package borrowing func grant(
        of member: ID<Member>, app: ID<App>, in organization: ID<Organization>
    ) throws -> Grant? {
        try first(
            """
            SELECT \(fixed: columns) FROM user_grant g
            WHERE g.member_id = \(member) AND g.app_id = \(app) AND g.organization_id = \(organization)
            """, Grant.init(row:))
    }

    /// All that a member granted an app: one in each organization where they did.
    package borrowing func grants(of member: ID<Member>, app: ID<App>) throws -> [Grant] {
        try all(
            """
            SELECT \(fixed: columns) FROM user_grant g WHERE g.member_id = \(member) AND g.app_id = \(app)
            ORDER BY g.organization_id
            """, Grant.init(row:))
    }

    /// What a member granted, oldest first.
    package borrowing func grants(of member: ID<Member>, after: ID<Grant>?, limit: Int) throws -> [DescribedGrant] {
        try all(
            """
            SELECT \(fixed: columns)\(fixed: description) FROM user_grant g
            JOIN organization o ON o.id = g.organization_id \(fixed: described)
            WHERE g.member_id = \(member) AND g.id > \(place(after: after)) ORDER BY g.id LIMIT \(limit)
            """, DescribedGrant.init(row:))
    }

    /// What was granted in an extent, oldest first.
    package borrowing func grants(_ extent: Extent, after: ID<Grant>?, limit: Int) throws -> [DescribedGrant] {
        switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: columns)\(fixed: description) FROM user_grant g
                JOIN organization o ON o.id = g.organization_id \(fixed: described)
                WHERE g.organization_id = \(path.last) AND g.id > \(place(after: after)) ORDER BY g.id LIMIT \(limit)
                """, DescribedGrant.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: columns)\(fixed: description) FROM organization o CROSS JOIN user_grant g
                \(fixed: described)
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND g.organization_id = o.id
                AND g.id > \(place(after: after)) ORDER BY g.id LIMIT \(limit)
                """, DescribedGrant.init(row:))
        }
    }

    /// The grant with what people know it by, nil where there is none.
    package borrowing func describedGrant(_ id: ID<Grant>) throws -> DescribedGrant? {
        try first(
            """
            SELECT \(fixed: columns)\(fixed: description) FROM user_grant g
            JOIN organization o ON o.id = g.organization_id \(fixed: described) WHERE g.id = \(id)
            """, DescribedGrant.init(row:))
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

    /// Removes a grant with the codes and lineages that came from it.
    package borrowing func delete(_ id: ID<Grant>) throws {
        try perform("DELETE FROM user_grant WHERE id = \(id)")
    }
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

    /// What `actor` may know of it: not who the member is where that is one of an organization above its reach (law 12).
    package func seen(by actor: Actor) -> DescribedGrant {
        guard !actor.sees(memberOrganization) else { return self }
        return DescribedGrant(
            grant: grant, appName: appName, memberEmail: nil, memberName: nil,
            memberOrganization: memberOrganization, organizationName: organizationName)
    }
}

extension Grant {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), app: try row.id(1), member: try row.id(2), organization: try row.id(3),
            scopes: try row.scopes(4), createdAt: try row.instant(5), consentedAt: try row.instant(6),
            lastReuse: try row.optionalInstant(7).map { at throws(StoreError) in
                Grant.Reuse(at: at, successorWasUsed: try row.bool(8))
            })
    }
}

extension DescribedGrant {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            grant: try Grant(row: row), appName: try row.text(9),
            memberEmail: try row.parsed(10) { EmailAddress($0) }, memberName: try row.text(11),
            memberOrganization: try row.path(12), organizationName: try row.text(13))
    }
}
