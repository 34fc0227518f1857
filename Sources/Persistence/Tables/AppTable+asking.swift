package import CredentialFormat
package import Model

extension Transaction {
    /// An app with the user whom it asks, and with what they granted it before; nil where there is no such app. In one statement,
    /// because each authorization request asks twice.
    ///
    /// - Parameter member: The user who is signed in, nil for nobody.
    package borrowing func askingApp(_ id: ID<App>, of member: ID<Member>?) throws -> AskingApp? {
        let rows = try all(
            """
            SELECT \(fixed: appColumns), po.path, pa.suspended_at, pa.is_operator, pa.plan,
            \(fixed: memberColumns), mo.path, ma.suspended_at, ma.is_operator, ma.plan,
            \(fixed: grantColumns), go.path FROM app p
            JOIN organization po ON po.id = p.organization_id JOIN account pa ON pa.organization_id = po.account_id
            LEFT JOIN member m ON m.id = \(member.stored) LEFT JOIN organization mo ON mo.id = m.organization_id
            LEFT JOIN account ma ON ma.organization_id = mo.account_id
            LEFT JOIN user_grant g ON g.member_id = m.id AND g.app_id = p.id
            LEFT JOIN organization go ON go.id = g.organization_id WHERE p.id = \(id)
            """
        ) { $0 }
        guard let first = rows.first else { return nil }
        return AskingApp(
            app: try App(row: first), owner: try StoredStanding(row: first.from(24)),
            user: first.isNull(28)
                ? nil
                : AskedUser(member: try Member(row: first, from: 28), home: try StoredStanding(row: first.from(39))),
            grants: try rows.compactMap { row in
                row.isNull(43) ? nil : PlacedGrant(grant: try Grant(row: row.from(43)), path: try row.path(52))
            })
    }
}

/// An app that asks a user for something.
package struct AskingApp: Sendable {
    package let app: App
    /// Where the app's organization stands.
    package let owner: StoredStanding
    /// Nil where nobody is signed in, or not any more.
    package let user: AskedUser?
    /// All that the user granted it: one in each organization where they did.
    package let grants: [PlacedGrant]
}

/// A user whom an app asks.
package struct AskedUser: Sendable {
    package let member: Member
    /// Where the user's organization stands.
    package let home: StoredStanding
}

/// A grant, and where the app may act by it.
package struct PlacedGrant: Sendable {
    package let grant: Grant
    package let path: OrganizationPath
}
