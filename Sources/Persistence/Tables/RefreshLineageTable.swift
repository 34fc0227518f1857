package import CredentialFormat
package import Model
import Policy

/// What a lineage is read from.
let lineageColumns: StaticString = """
    l.id, l.grant_id, l.app_id, l.scopes, l.resource, l.authenticated_at, l.generation, l.digest, l.pepper,
    l.rotated_at, l.rotation_request, l.sealed_reply, l.created_at, l.expires_at, l.ends_at, l.session_id,
    l.methods
    """

extension Transaction {
    /// The lineage, nil where it has ended.
    package borrowing func lineage(_ id: ID<RefreshLineage>) throws -> RefreshLineage? {
        try first(
            "SELECT \(fixed: lineageColumns) FROM refresh_lineage l WHERE l.id = \(id)", RefreshLineage.init(row:))
    }

    /// Adds a lineage, whose grant must be there.
    package borrowing func insert(_ lineage: RefreshLineage) throws {
        try perform(
            """
            INSERT INTO refresh_lineage (id, grant_id, app_id, scopes, resource, authenticated_at, generation, digest,
            pepper, created_at, expires_at, ends_at, session_id, methods)
            VALUES (\(lineage.id), \(lineage.grant), \(lineage.app), \(lineage.scopes.text), \(lineage.resource.stored),
            \(lineage.authenticatedAt), \(lineage.generation), \(lineage.digest.bytes), \(lineage.digest.pepperVersion),
            \(lineage.createdAt), \(lineage.expiresAt), \(lineage.endsAt), \((lineage.signIn?.session).stored),
            \((lineage.signIn?.methods.storedText).stored))
            """)
    }

    /// Puts the successor of the refresh token of `generation` in force, with the reply that brings it. Where somebody else was
    /// first, the transaction is undone (threat F1).
    package borrowing func rotate(
        _ id: ID<RefreshLineage>, from generation: Int, to digest: SecretDigest, _ rotation: RefreshLineage.Rotation,
        expiresAt: Instant
    ) throws {
        try perform(
            """
            UPDATE refresh_lineage SET generation = generation + 1, digest = \(digest.bytes),
            pepper = \(digest.pepperVersion), rotated_at = \(rotation.at), rotation_request = \(rotation.request),
            sealed_reply = \(rotation.sealedReply), expires_at = \(expiresAt)
            WHERE id = \(id) AND generation = \(generation)
            """, changing: 1)
    }

    /// Ends a lineage.
    ///
    /// - Returns: Whether there was one to end.
    package borrowing func delete(_ id: ID<RefreshLineage>) throws -> Bool {
        try execute("DELETE FROM refresh_lineage WHERE id = \(id)") == 1
    }

    /// Ends a lineage that this transaction has read.
    package borrowing func delete(read id: ID<RefreshLineage>) throws {
        try perform("DELETE FROM refresh_lineage WHERE id = \(id)", changing: 1)
    }

    /// The oldest lineages of a grant, without the newest `count`.
    package borrowing func lineages(of grant: ID<Grant>, beyondNewest count: Int) throws -> [ID<RefreshLineage>] {
        try all(
            """
            SELECT l.id FROM refresh_lineage l WHERE l.grant_id = \(grant) ORDER BY l.id DESC
            LIMIT 100 OFFSET \(count)
            """
        ) { try $0.id(0) }
    }

    /// Removes at most `limit` lineages whose refresh token expired before `time`, and says how many.
    package borrowing func sweepLineages(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM refresh_lineage WHERE id IN
            (SELECT id FROM refresh_lineage WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }

    /// All that is needed to judge an access token of an app, nil where its lineage, or anything that the lineage hangs
    /// on, is gone.
    package borrowing func lineageForVerification(
        _ id: ID<RefreshLineage>
    ) throws -> LineageForVerification? {
        try first(
            """
            SELECT l.id, l.ends_at, g.id, g.app_id, g.organization_id, m.id, m.email, m.roles, m.permissions
            FROM refresh_lineage l
            JOIN user_grant g ON g.id = l.grant_id JOIN member m ON m.id = g.member_id WHERE l.id = \(id)
            """
        ) { row in
            LineageForVerification(
                id: try row.id(0), endsAt: try row.instant(1), grant: try row.id(2), app: try row.id(3),
                organization: try row.id(4), member: try row.id(5),
                email: try row.parsed(6) { EmailAddress($0) }, roles: try row.words(7), permissions: try row.words(8))
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
    /// The names of the permissions that the member has beside them.
    package let permissions: [String]
}

extension RefreshLineage {
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), grant: try row.id(1), app: try row.id(2), scopes: try row.scopes(3),
            resource: try row.optionalText(4), authenticatedAt: try row.instant(5), signIn: try row.signIn(15),
            generation: try row.count(6),
            digest: try row.digest(7), rotation: try Rotation(row: row), createdAt: try row.instant(12),
            expiresAt: try row.instant(13), endsAt: try row.instant(14))
    }
}

extension RefreshLineage.Rotation {
    fileprivate init?(row: StoredRow) throws(StoreError) {
        guard let at = try row.optionalInstant(9) else { return nil }
        self.init(at: at, request: try row.bytes(10), sealedReply: try row.bytes(11))
    }
}
