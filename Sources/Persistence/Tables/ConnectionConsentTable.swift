package import CredentialFormat
package import Model

private let columns: StaticString = """
    organization_id, provider, access, session, connection_id, name, scopes, variables, redirect_uri, created_at
    """

extension Transaction {
    /// Keeps what a `state` stands for.
    ///
    /// - Parameter state: Its keyed fingerprint.
    package borrowing func insert(_ consent: ConnectionConsent, state: [UInt8]) throws {
        try perform(
            """
            INSERT INTO connection_consent (state, \(fixed: columns))
            VALUES (\(state), \(consent.organization), \(consent.provider), \(consent.access), \(consent.session),
            \(consent.connection.stored), \(consent.name.stored), \(consent.scopes.joined(separator: " ")),
            \(AuditDetails.text(of: consent.variables)), \(consent.redirectURI), \(consent.createdAt))
            """)
    }

    /// Uses up what a `state` stands for: whoever asks second gets nothing (threat C2).
    package borrowing func takeConnectionConsent(_ state: [UInt8]) throws -> ConnectionConsent? {
        try first(
            "DELETE FROM connection_consent WHERE state = \(state) RETURNING \(fixed: columns)",
            ConnectionConsent.init(row:))
    }

    /// What a `state` stands for, without using it up.
    package borrowing func connectionConsent(_ state: [UInt8]) throws -> ConnectionConsent? {
        try first(
            "SELECT \(fixed: columns) FROM connection_consent WHERE state = \(state)", ConnectionConsent.init(row:))
    }

    /// Removes those of an organization but for the `count` newest.
    package borrowing func trimConnectionConsents(of organization: ID<Organization>, toNewest count: Int) throws {
        try perform(
            """
            DELETE FROM connection_consent WHERE state IN
            (SELECT state FROM connection_consent WHERE organization_id = \(organization)
            ORDER BY created_at DESC LIMIT 1000 OFFSET \(count))
            """)
    }

    /// Removes at most `limit` that were asked for before `time`, and says how many.
    package borrowing func sweepConnectionConsents(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM connection_consent WHERE state IN
            (SELECT state FROM connection_consent WHERE created_at < \(time) ORDER BY created_at LIMIT \(limit))
            """)
    }
}

extension ConnectionConsent {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            organization: try row.id(0), provider: try row.text(1), access: try row.id(2), session: try row.bytes(3),
            connection: try row.optional(4) { row, column throws(StoreError) in try row.id(column) },
            name: try row.optionalText(5), scopes: try row.words(6), variables: AuditDetails.parse(try row.text(7)),
            redirectURI: try row.text(8), createdAt: try row.instant(9))
    }
}
