package import CredentialFormat
package import Model

/// A sealed secret of our client at a provider. Two may be in force while one replaces the other.
package struct ProviderAccessSecretRow: Hashable, Sendable {
    package let access: ID<ProviderAccess>
    /// Counts the secrets of the client, from 1.
    package let generation: Int
    package let dataKey: ID<DataKeyRow>
    package let sealed: [UInt8]
    package let createdAt: Instant
    /// Nil for the newest.
    package let endsAt: Instant?

    package init(
        access: ID<ProviderAccess>, generation: Int, dataKey: ID<DataKeyRow>, sealed: [UInt8], createdAt: Instant,
        endsAt: Instant?
    ) {
        self.access = access
        self.generation = generation
        self.dataKey = dataKey
        self.sealed = sealed
        self.createdAt = createdAt
        self.endsAt = endsAt
    }
}

private let columns: StaticString = "id, organization_id, provider, client_id, fault, faulty_from, created_at"

extension Transaction {
    /// Our client of that identifier, nil where there is none.
    package borrowing func providerAccess(_ id: ID<ProviderAccess>) throws -> ProviderAccess? {
        try first(
            "SELECT \(fixed: columns) FROM provider_access WHERE id = \(id)", ProviderAccess.init(row:))
    }

    /// Our client of that name at a provider, nil where there is none.
    package borrowing func providerAccess(at provider: String, client: String) throws -> ProviderAccess? {
        try first(
            "SELECT \(fixed: columns) FROM provider_access WHERE provider = \(provider) AND client_id = \(client)",
            ProviderAccess.init(row:))
    }

    /// All our clients at providers. They are few.
    package borrowing func providerAccesses() throws -> [ProviderAccess] {
        try all(
            "SELECT \(fixed: columns) FROM provider_access ORDER BY provider, client_id LIMIT 1000",
            ProviderAccess.init(row:))
    }

    /// Adds a client of ours.
    package borrowing func insert(_ access: ProviderAccess) throws {
        try perform(
            """
            INSERT INTO provider_access (id, organization_id, provider, client_id, created_at)
            VALUES (\(access.id), \(access.organization), \(access.provider), \(access.clientID), \(access.createdAt))
            """)
    }

    /// Writes down what the operator must put right, nil for nothing. Only a change is one.
    package borrowing func setFault(_ fault: String?, of id: ID<ProviderAccess>, at now: Instant) throws {
        if let fault {
            try perform(
                """
                UPDATE provider_access SET fault = \(fault), faulty_from = \(now)
                WHERE id = \(id) AND (fault IS NULL OR fault <> \(fault))
                """)
        } else {
            try perform(
                "UPDATE provider_access SET fault = NULL, faulty_from = NULL WHERE id = \(id) AND fault IS NOT NULL")
        }
    }

    /// The secrets of a client that are in force at `now`, newest first.
    package borrowing func providerAccessSecrets(
        of id: ID<ProviderAccess>, at now: Instant
    ) throws -> [ProviderAccessSecretRow] {
        try all(
            """
            SELECT access, generation, data_key, sealed, created_at, ends_at FROM provider_access_secret
            WHERE access = \(id) AND (ends_at IS NULL OR ends_at > \(now)) ORDER BY generation DESC
            """
        ) { row in
            ProviderAccessSecretRow(
                access: try row.id(0), generation: try row.count(1), dataKey: try row.id(2),
                sealed: try row.bytes(3), createdAt: try row.instant(4), endsAt: try row.optionalInstant(5))
        }
    }

    /// Adds a secret, and has those before it end.
    package borrowing func insert(_ secret: ProviderAccessSecretRow, endingOthersAt end: Instant) throws {
        try perform(
            """
            UPDATE provider_access_secret SET ends_at = \(end)
            WHERE access = \(secret.access) AND (ends_at IS NULL OR ends_at > \(end))
            """)
        try perform(
            """
            INSERT INTO provider_access_secret (access, generation, data_key, sealed, created_at, ends_at)
            VALUES (\(secret.access), \(secret.generation), \(secret.dataKey), \(secret.sealed), \(secret.createdAt),
            \(secret.endsAt.stored))
            """)
    }

    /// Removes at most `limit` secrets that ended before `time`, and says how many.
    package borrowing func sweepProviderAccessSecrets(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM provider_access_secret WHERE (access, generation) IN
            (SELECT access, generation FROM provider_access_secret WHERE ends_at < \(time) ORDER BY ends_at LIMIT \(limit))
            """)
    }
}

extension ProviderAccess {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), provider: try row.text(2), clientID: try row.text(3),
            fault: try row.optionalText(4), faultyFrom: try row.optionalInstant(5), createdAt: try row.instant(6))
    }
}
