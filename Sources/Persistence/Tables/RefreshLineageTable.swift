package import CredentialFormat
package import Model
import Policy

extension Transaction {
    /// All that is needed to judge an access token of an app, nil where its lineage, or anything that the lineage hangs
    /// on, is gone.
    package borrowing func lineageForVerification(
        _ id: ID<RefreshLineage>
    ) throws -> LineageForVerification? {
        try first(
            """
            SELECT l.id, l.ends_at, g.id, g.app_id, g.organization_id, m.id, m.email, m.roles FROM refresh_lineage l
            JOIN user_grant g ON g.id = l.grant_id JOIN member m ON m.id = g.member_id WHERE l.id = \(id)
            """
        ) { row in
            LineageForVerification(
                id: try row.id(0), endsAt: try row.instant(1), grant: try row.id(2), app: try row.id(3),
                organization: try row.id(4), member: try row.id(5),
                email: try row.parsed(6) { EmailAddress($0) }, roles: try row.words(7))
        }
    }
}

/// A lineage with what the verification of its access tokens depends on.
package struct LineageForVerification: Sendable {
    package let id: ID<RefreshLineage>
    package let endsAt: Instant
    package let grant: ID<Grant>
    package let app: ID<App>
    /// Where the app may act.
    package let organization: ID<Organization>
    package let member: ID<Member>
    package let email: EmailAddress
    /// The names of the member's roles, which bound what the app may do at our own API.
    package let roles: [String]
}
