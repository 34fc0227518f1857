package import CredentialFormat
package import Model

private let columns: StaticString = """
    id, organization_path, provider, access, name, account_fingerprint, scopes, metadata, status, reason, generation,
    consented_at, issued_at, access_expires_at, refresh_expires_at, data_access_expires_at, failures, first_failed_at,
    last_failed_at, error_class, error_code, next_renewal_at, last_proven_at, created_at
    """

/// The right to renew a connection, until the database's clock says that it has lapsed. Its fence counts the claims, so whoever
/// wakes up late is known.
package struct ConnectionLease: Hashable, Sendable {
    package let connection: Connection
    package let holder: ID<Node>
    package let fence: Int
}

extension ConnectionLease {
    fileprivate init(row: StoredRow, holder: ID<Node>) throws(StoreError) {
        self.init(connection: try Connection(row: row), holder: holder, fence: try row.count(24))
    }
}

extension Transaction {
    /// The connection, nil where there is none.
    package borrowing func connection(_ id: ID<Connection>) throws -> Connection? {
        try first("SELECT \(fixed: columns) FROM connection WHERE id = \(id)", Connection.init(row:))
    }

    /// Those of an organization, oldest first. Nothing is opened for it.
    package borrowing func connections(
        _ extent: Extent, after: ID<Connection>?, limit: Int
    ) throws -> [Connection] {
        let condition: BoundSQL =
            switch extent {
            case .within:
                "organization_id IN (SELECT o.id FROM organization o WHERE \(part: extent.condition))"
            case .organization(let path): "organization_id = \(path.last)"
            }
        return try all(
            """
            SELECT \(fixed: columns) FROM connection WHERE \(part: condition) AND id > \(place(after: after))
            ORDER BY id LIMIT \(limit)
            """, Connection.init(row:))
    }

    /// Those of all organizations, oldest first.
    package borrowing func connections(after: ID<Connection>?, limit: Int) throws -> [Connection] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection WHERE id > \(place(after: after)) ORDER BY id LIMIT \(limit)
            """, Connection.init(row:))
    }

    /// Those by which an organization connected the same account at a provider through the same client of ours, what was ended last.
    package borrowing func connections(
        ofAccount fingerprint: [UInt8], through access: ID<ProviderAccess>, in organization: ID<Organization>,
        limit: Int
    ) throws -> [Connection] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection WHERE account_fingerprint = \(fingerprint) AND access = \(access)
            AND organization_id = \(organization)
            ORDER BY CASE WHEN status = 'disconnected' THEN 1 ELSE 0 END, id LIMIT \(limit)
            """, Connection.init(row:))
    }

    /// Those of all organizations, in the order of their identifiers: for whoever must come to the last of them.
    package borrowing func connections(
        ofAccount fingerprint: [UInt8], through access: ID<ProviderAccess>, after: ID<Connection>?, limit: Int
    ) throws -> [Connection] {
        try all(
            """
            SELECT \(fixed: columns) FROM connection WHERE account_fingerprint = \(fingerprint) AND access = \(access)
            AND id > \(place(after: after)) ORDER BY id LIMIT \(limit)
            """, Connection.init(row:))
    }

    /// Adds a connection.
    package borrowing func insert(_ connection: Connection) throws {
        try perform(
            """
            INSERT INTO connection (organization_id, \(fixed: columns))
            VALUES (\(connection.organization), \(list: connection.values))
            """)
    }

    /// The providers at which something is due at `now`.
    package borrowing func providersWithDueConnections(at now: Instant) throws -> [String] {
        var providers: [String] = []
        // From one to the next by the index: there are few of them, and many connections.
        while let next = try first(
            """
            SELECT provider FROM connection WHERE next_renewal_at IS NOT NULL AND provider > \(providers.last ?? "")
            ORDER BY provider LIMIT 1
            """, { try $0.text(0) })
        {
            providers.append(next)
        }
        return try providers.filter { provider in
            try first(
                """
                SELECT 1 FROM connection WHERE provider = \(provider) AND next_renewal_at <= \(now)
                AND lease_until <= \(fixed: dialect.clock) LIMIT 1
                """
            ) { _ in true } ?? false
        }
    }

    /// Some at a provider that are due at `now` and that nobody has a lease of, the longest due first: claimed for `seconds` by the
    /// database's clock. Those that another node is claiming are passed over, so nodes do not queue for the same ones. One
    /// statement, since a serializable transaction that lasts meets the renewals of all other nodes.
    package borrowing func claimDueConnections(
        of provider: String, at now: Instant, by node: ID<Node>, seconds: Int, limit: Int
    ) throws -> [ConnectionLease] {
        try all(
            """
            WITH due AS MATERIALIZED (
            SELECT id FROM connection
            WHERE provider = \(provider) AND next_renewal_at <= \(now) AND lease_until <= \(fixed: dialect.clock)
            ORDER BY next_renewal_at LIMIT \(limit) \(fixed: dialect.skippingLocked))
            UPDATE connection SET \(part: leasing(to: node, seconds: seconds)) WHERE id IN (SELECT id FROM due)
            RETURNING \(fixed: columns), fence
            """
        ) { try ConnectionLease(row: $0, holder: node) }
        .sorted { first, second in
            (first.connection.nextRenewalAt ?? now, first.connection.id)
                < (second.connection.nextRenewalAt ?? now, second.connection.id)
        }
    }

    /// Claims one connection for `seconds` by the database's clock, nil where another node has it, it is not there, or its generation
    /// is another one than was thought.
    ///
    /// - Parameter retaking: Whether the node's own lease before may be replaced, which is lost by that.
    package borrowing func claim(
        _ id: ID<Connection>, ifGeneration generation: Int? = nil, by node: ID<Node>, seconds: Int,
        retaking: Bool = false
    ) throws -> ConnectionLease? {
        let condition: BoundSQL = generation.map { "AND generation = \($0)" } ?? ""
        let own: BoundSQL = retaking ? "OR lease_owner = \(node)" : ""
        return try first(
            """
            UPDATE connection SET \(part: leasing(to: node, seconds: seconds))
            WHERE id = \(id) AND (lease_until <= \(fixed: dialect.clock) \(part: own)) \(part: condition)
            RETURNING \(fixed: columns), fence
            """
        ) { try ConnectionLease(row: $0, holder: node) }
    }

    /// What a claim changes of a connection.
    private borrowing func leasing(to node: ID<Node>, seconds: Int) -> BoundSQL {
        """
        lease_owner = \(node), fence = fence + 1, lease_until = \(fixed: dialect.clock) + \(seconds * 1000)
        """
    }

    /// Keeps a lease for another `seconds`, false where it was lost.
    package borrowing func extend(_ lease: ConnectionLease, seconds: Int) throws -> Bool {
        try execute(
            """
            UPDATE connection SET lease_until = \(fixed: dialect.clock) + \(seconds * 1000)
            WHERE id = \(lease.connection.id) AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            """) == 1
    }

    /// Gives a lease back, unless another node has it by now.
    package borrowing func release(_ lease: ConnectionLease) throws {
        try perform(
            """
            UPDATE connection SET lease_until = 0, lease_owner = NULL
            WHERE id = \(lease.connection.id) AND lease_owner = \(lease.holder) AND fence = \(lease.fence)
            """)
    }

    /// Writes down what became of a connection under a lease, and gives that back: compare-and-swap on generation and fence.
    ///
    /// - Returns: False where somebody else has claimed it or changed its generation meanwhile; then nothing was written.
    package borrowing func settle(_ lease: ConnectionLease, as connection: Connection) throws -> Bool {
        try execute(
            """
            UPDATE connection SET \(part: connection.assignments), lease_until = 0, lease_owner = NULL
            WHERE id = \(connection.id) AND generation = \(lease.connection.generation) AND lease_owner = \(lease.holder)
            AND fence = \(lease.fence)
            """) == 1
    }
}

extension Transaction {
    /// Puts what a new consent gave over a connection, whoever has its lease: what came of the consent before is void, and a renewal
    /// that is under way finds its lease gone.
    ///
    /// - Returns: False where its generation is another one meanwhile; then nothing was written.
    package borrowing func replace(_ connection: Connection, ofGeneration generation: Int) throws -> Bool {
        try execute(
            """
            UPDATE connection SET \(part: connection.assignments), lease_until = 0, lease_owner = NULL, fence = fence + 1
            WHERE id = \(connection.id) AND generation = \(generation) AND status <> 'disconnected'
            """) == 1
    }
}

extension Connection {
    /// What of it may change, as the statements that change it set it.
    fileprivate var assignments: BoundSQL {
        """
        access = \(access), name = \(name),
        account_fingerprint = \((accountFingerprint?.stored).stored),
        scopes = \(scopes.joined(separator: " ")), metadata = \(AuditDetails.text(of: metadata)),
        status = \(status.rawValue), reason = \(reason.stored),
        generation = \(generation), consented_at = \(clocks.consentedAt.stored),
        issued_at = \(clocks.issuedAt.stored),
        access_expires_at = \(clocks.accessExpiresAt.stored),
        refresh_expires_at = \(clocks.refreshExpiresAt.stored),
        data_access_expires_at = \(clocks.dataAccessExpiresAt.stored),
        failures = \(trouble.failures), first_failed_at = \(trouble.firstFailedAt.stored),
        last_failed_at = \(trouble.lastFailedAt.stored), error_class = \(trouble.errorClass.stored),
        error_code = \(trouble.errorCode.stored), next_renewal_at = \(nextRenewalAt.stored),
        last_proven_at = \(lastProvenAt.stored)
        """
    }

    /// In the order of the columns.
    fileprivate var values: [StoredValue] {
        [
            id.stored, path.stored.stored, provider.stored, access.stored, name.stored,
            (accountFingerprint?.stored).stored, scopes.joined(separator: " ").stored,
            AuditDetails.text(of: metadata).stored, status.rawValue.stored, reason.stored, generation.stored,
            clocks.consentedAt.stored, clocks.issuedAt.stored, clocks.accessExpiresAt.stored,
            clocks.refreshExpiresAt.stored, clocks.dataAccessExpiresAt.stored, trouble.failures.stored,
            trouble.firstFailedAt.stored, trouble.lastFailedAt.stored, trouble.errorClass.stored,
            trouble.errorCode.stored, nextRenewalAt.stored, lastProvenAt.stored, createdAt.stored,
        ]
    }

    /// Reads the columns at the beginning of a row.
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), path: try row.path(1), provider: try row.text(2), access: try row.id(3),
            name: try row.text(4), accountFingerprint: row.isNull(5) ? nil : try row.bytes(5),
            scopes: try row.words(6), metadata: AuditDetails.parse(try row.text(7)),
            status: try row.parsed(8, ConnectionStatus.init(rawValue:)), reason: try row.optionalText(9),
            generation: try row.count(10),
            clocks: Clocks(
                consentedAt: try row.optionalInstant(11), issuedAt: try row.optionalInstant(12),
                accessExpiresAt: try row.optionalInstant(13), refreshExpiresAt: try row.optionalInstant(14),
                dataAccessExpiresAt: try row.optionalInstant(15)),
            trouble: Trouble(
                failures: try row.count(16), firstFailedAt: try row.optionalInstant(17),
                lastFailedAt: try row.optionalInstant(18), errorClass: try row.optionalText(19),
                errorCode: try row.optionalText(20)),
            nextRenewalAt: try row.optionalInstant(21), lastProvenAt: try row.optionalInstant(22),
            createdAt: try row.instant(23))
    }
}
