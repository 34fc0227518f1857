package import CredentialFormat
package import Model

// A grant with all that it hangs on, in one statement: every exchange of an app asks for that, and each statement is a way to
// the server and back.

private let standings: StaticString = """
    , po.path, pa.suspended_at, pa.is_operator, pa.plan, mo.path, ma.suspended_at, ma.is_operator, ma.plan
    """

private let tables: StaticString = """
    JOIN app p ON p.id = g.app_id
    JOIN organization po ON po.id = p.organization_id JOIN account pa ON pa.organization_id = po.account_id
    JOIN member m ON m.id = g.member_id
    JOIN organization mo ON mo.id = m.organization_id JOIN account ma ON ma.organization_id = mo.account_id
    JOIN organization o ON o.id = g.organization_id
    """

extension Transaction {
    /// The lineage with the grant that it came from, nil where it has ended.
    package borrowing func heldLineage(_ id: ID<RefreshLineage>) throws -> HeldLineage? {
        try first(
            """
            SELECT \(fixed: lineageColumns), \(fixed: grantColumns), \(fixed: appColumns), \(fixed: memberColumns),
            \(fixed: organizationColumns)\(fixed: standings) FROM refresh_lineage l
            JOIN user_grant g ON g.id = l.grant_id \(fixed: tables) WHERE l.id = \(id)
            """
        ) { row in HeldLineage(lineage: try RefreshLineage(row: row), grant: try HeldGrant(row: row.from(17))) }
    }

    /// The code with that digest, used or not, with the grant that it is for.
    package borrowing func heldCode(matching digest: SecretDigest) throws -> HeldCode? {
        try first(
            """
            SELECT \(fixed: authorizationCodeColumns),
            (SELECT COUNT(*) FROM refresh_lineage n WHERE n.grant_id = c.grant_id),
            (SELECT n.id FROM refresh_lineage n WHERE n.grant_id = c.grant_id ORDER BY n.id LIMIT 1),
            \(fixed: grantColumns), \(fixed: appColumns), \(fixed: memberColumns),
            \(fixed: organizationColumns)\(fixed: standings) FROM authorization_code c
            JOIN user_grant g ON g.id = c.grant_id \(fixed: tables)
            WHERE c.digest = \(digest.bytes) AND c.pepper = \(digest.pepperVersion)
            """
        ) { row in
            HeldCode(
                stored: try StoredAuthorizationCode(row: row), lineages: try row.count(17),
                oldestLineage: row.isNull(18) ? nil : try row.id(18), grant: try HeldGrant(row: row.from(19)))
        }
    }
}

/// A grant with the app as it is now, the user who gave it, and where.
package struct HeldGrant: Sendable {
    package let grant: Grant
    package let app: App
    package let member: Member
    /// Where the app may act.
    package let organization: Organization
    /// Where the app's organization stands.
    package let owner: StoredStanding
    /// Where the user's organization stands.
    package let home: StoredStanding

    fileprivate init(row: StoredRow) throws(StoreError) {
        grant = try Grant(row: row)
        app = try App(row: row.from(9))
        member = try Member(row: row, from: 33)
        organization = try Organization(row: row, from: 44)
        owner = try StoredStanding(row: row.from(49))
        home = try StoredStanding(row: row.from(53))
    }
}

/// A lineage with the grant that it came from.
package struct HeldLineage: Sendable {
    package let lineage: RefreshLineage
    package let grant: HeldGrant
}

/// A code with the grant that it is for.
package struct HeldCode: Sendable {
    package let stored: StoredAuthorizationCode
    /// How many lineages the grant has.
    package let lineages: Int
    /// The oldest of them.
    package let oldestLineage: ID<RefreshLineage>?
    package let grant: HeldGrant
}
