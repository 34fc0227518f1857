package import CredentialFormat
package import Model

private let columns: StaticString = """
    id, organization_path, address, description, kinds, stopped_at, stop, failing_since, created_at, created_by, revision,
    sent_from, public_key, header_name
    """

/// A sealed secret of an endpoint. Two may be in force while one replaces the other.
package struct WebhookSecretRow: Hashable, Sendable {
    package let endpoint: ID<WebhookEndpoint>
    /// Counts the secrets of the endpoint, from 1.
    package let number: Int
    package let scheme: WebhookScheme
    package let dataKey: ID<DataKeyRow>
    package let sealed: [UInt8]
    package let createdAt: Instant
    /// Nil for the newest.
    package let endsAt: Instant?

    package init(
        endpoint: ID<WebhookEndpoint>, number: Int, scheme: WebhookScheme, dataKey: ID<DataKeyRow>, sealed: [UInt8],
        createdAt: Instant, endsAt: Instant?
    ) {
        self.endpoint = endpoint
        self.number = number
        self.scheme = scheme
        self.dataKey = dataKey
        self.sealed = sealed
        self.createdAt = createdAt
        self.endsAt = endsAt
    }
}

extension Transaction {
    /// The endpoint, nil where there is none.
    package borrowing func webhookEndpoint(_ id: ID<WebhookEndpoint>) throws -> WebhookEndpoint? {
        try first("SELECT \(fixed: columns) FROM webhook_endpoint WHERE id = \(id)", WebhookEndpoint.init(row:))
    }

    /// Those of an organization, oldest first.
    package borrowing func webhookEndpoints(
        of organization: ID<Organization>, after: ID<WebhookEndpoint>?, limit: Int
    ) throws -> [WebhookEndpoint] {
        try all(
            """
            SELECT \(fixed: columns) FROM webhook_endpoint
            WHERE organization_id = \(organization) AND id > \(place(after: after)) ORDER BY id LIMIT \(limit)
            """, WebhookEndpoint.init(row:))
    }

    /// Those of an account, oldest first. There are few.
    package borrowing func webhookEndpoints(ofAccount account: ID<Organization>, limit: Int) throws -> [WebhookEndpoint]
    {
        try all(
            "SELECT \(fixed: columns) FROM webhook_endpoint WHERE account_id = \(account) ORDER BY id LIMIT \(limit)",
            WebhookEndpoint.init(row:))
    }

    /// Adds an endpoint.
    package borrowing func insert(_ endpoint: WebhookEndpoint) throws {
        try perform(
            """
            INSERT INTO webhook_endpoint (organization_id, account_id, \(fixed: columns))
            VALUES (\(endpoint.organization), \(endpoint.path.root), \(endpoint.id), \(endpoint.path.stored),
            \(endpoint.address), \(endpoint.description.stored), \(endpoint.storedKinds),
            \(endpoint.stoppedAt.stored), \((endpoint.stop?.rawValue).stored), \(endpoint.failingSince.stored),
            \(endpoint.createdAt), \(endpoint.createdBy), \(endpoint.revision), \(endpoint.sentFrom.stored),
            \(endpoint.publicKey.stored), \(endpoint.headerName.stored))
            """)
    }

    /// Writes what can change of an endpoint, with its revision.
    package borrowing func update(_ endpoint: WebhookEndpoint) throws {
        try perform(
            """
            UPDATE webhook_endpoint SET address = \(endpoint.address), description = \(endpoint.description.stored),
            kinds = \(endpoint.storedKinds), stopped_at = \(endpoint.stoppedAt.stored),
            stop = \((endpoint.stop?.rawValue).stored), failing_since = \(endpoint.failingSince.stored),
            sent_from = \(endpoint.sentFrom.stored), public_key = \(endpoint.publicKey.stored),
            header_name = \(endpoint.headerName.stored),
            revision = \(endpoint.revision) WHERE id = \(endpoint.id)
            """)
    }

    /// Notes since when an endpoint has taken nothing, nil for that it took something.
    package borrowing func setFailing(since time: Instant?, _ id: ID<WebhookEndpoint>) throws {
        if let time {
            try perform(
                "UPDATE webhook_endpoint SET failing_since = \(time) WHERE id = \(id) AND failing_since IS NULL")
        } else {
            try perform(
                "UPDATE webhook_endpoint SET failing_since = NULL WHERE id = \(id) AND failing_since IS NOT NULL")
        }
    }

    /// Removes an endpoint with all that it had.
    package borrowing func delete(_ id: ID<WebhookEndpoint>) throws {
        try destroyDataKeys(of: id.description)
        try perform("DELETE FROM webhook_endpoint WHERE id = \(id)")
    }

    /// The secrets of an endpoint that are in force at `now`, newest first.
    package borrowing func webhookSecrets(of id: ID<WebhookEndpoint>, at now: Instant) throws -> [WebhookSecretRow] {
        try all(
            """
            SELECT endpoint_id, number, data_key, sealed, created_at, ends_at, scheme FROM webhook_secret
            WHERE endpoint_id = \(id) AND (ends_at IS NULL OR ends_at > \(now)) ORDER BY number DESC
            """
        ) { row in
            WebhookSecretRow(
                endpoint: try row.id(0), number: try row.count(1),
                scheme: try row.parsed(6, WebhookScheme.init(rawValue:)), dataKey: try row.id(2),
                sealed: try row.bytes(3), createdAt: try row.instant(4), endsAt: try row.optionalInstant(5))
        }
    }

    /// Adds a secret, and has the one before it end at `end`. Those that were ending already end now: each is a signature in every
    /// message, so two are the most, however often somebody rotates.
    package borrowing func insert(_ secret: WebhookSecretRow, endingOthersAt end: Instant) throws {
        try perform(
            """
            UPDATE webhook_secret SET ends_at = \(secret.createdAt)
            WHERE endpoint_id = \(secret.endpoint) AND ends_at > \(secret.createdAt)
            """)
        try perform(
            """
            UPDATE webhook_secret SET ends_at = \(end)
            WHERE endpoint_id = \(secret.endpoint) AND ends_at IS NULL
            """)
        try perform(
            """
            INSERT INTO webhook_secret (endpoint_id, number, scheme, data_key, sealed, created_at, ends_at)
            VALUES (\(secret.endpoint), \(secret.number), \(secret.scheme.rawValue), \(secret.dataKey),
            \(secret.sealed), \(secret.createdAt), \(secret.endsAt.stored))
            """)
    }

    /// Removes at most `limit` secrets that ended before `time` with the keys that they were sealed with, and says how many.
    package borrowing func sweepWebhookSecrets(before time: Instant, limit: Int) throws -> Int {
        let keys = try all(
            """
            SELECT endpoint_id, data_key FROM webhook_secret WHERE ends_at < \(time)
            ORDER BY ends_at, endpoint_id, number LIMIT \(limit)
            """
        ) { row in (endpoint: try row.id(0) as ID<WebhookEndpoint>, key: try row.id(1) as ID<DataKeyRow>) }
        for (endpoint, key) in keys {
            try perform("DELETE FROM data_key WHERE holder = \(endpoint.description) AND id = \(key)")
        }
        return try execute(
            """
            DELETE FROM webhook_secret WHERE (endpoint_id, number) IN
            (SELECT endpoint_id, number FROM webhook_secret WHERE ends_at < \(time)
            ORDER BY ends_at, endpoint_id, number LIMIT \(limit))
            """)
    }
}

extension WebhookEndpoint {
    fileprivate var storedKinds: StoredValue { (kindWords?.joined(separator: " ")).stored }

    fileprivate init(row: StoredRow) throws(StoreError) {
        let words = row.isNull(4) ? nil : try row.words(4)
        let kinds = words.map { Set($0.compactMap(LifecycleEvent.Kind.init(rawValue:))) }
        let later = (words ?? []).filter { LifecycleEvent.Kind(rawValue: $0) == nil }
        self.init(
            id: try row.id(0), path: try row.path(1), address: try row.text(2), description: try row.optionalText(3),
            kinds: kinds, laterKinds: Set(later), stoppedAt: try row.optionalInstant(5),
            stop: try row.optionalText(6).flatMap(Stop.init(rawValue:)),
            publicKey: try row.optionalText(12), headerName: try row.optionalText(13),
            sentFrom: try row.optionalInstant(11),
            failingSince: try row.optionalInstant(7),
            createdAt: try row.instant(8), createdBy: try row.text(9), revision: try row.count(10))
    }
}
