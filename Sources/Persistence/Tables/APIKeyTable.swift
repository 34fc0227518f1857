package import CredentialFormat
package import Model
package import Policy

private let columns: StaticString = """
    k.id, k.organization_id, k.name, k.description, k.scopes, k.addresses, k.hint, k.created_at, k.expires_at,
    k.disabled_at, k.rotated_at, k.previous_expires_at, k.created_by, k.used_at, k.used_from, k.uses, k.revision,
    k.call_limit
    """

/// The columns of a key, and none of its secrets.
let apiKeyColumns = columns

extension Transaction {
    /// The key, nil where there is none.
    package borrowing func apiKey(_ id: ID<APIKey>) throws -> APIKey? {
        try first("SELECT \(fixed: columns) FROM api_key k WHERE k.id = \(id)", APIKey.init(row:))
    }

    /// The keys of an extent that a filter leaves, oldest first.
    package borrowing func apiKeys(
        _ extent: Extent, _ filter: CredentialFilter? = nil, after: ID<APIKey>?, limit: Int
    ) throws -> [APIKey] {
        let fits = filter?.onAPIKeys ?? ""
        return switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: columns) FROM api_key k
                WHERE k.organization_id = \(path.last) AND k.id > \(place(after: after)) \(part: fits)
                ORDER BY k.id LIMIT \(limit)
                """, APIKey.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: columns) FROM organization o CROSS JOIN api_key k
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND k.organization_id = o.id
                AND k.id > \(place(after: after)) \(part: fits) ORDER BY k.id LIMIT \(limit)
                """, APIKey.init(row:))
        }
    }

    /// Where a key is to be made, nil where there is no such organization. In one statement, because keys are what is made most.
    ///
    /// - Parameter most: How many keys are counted. It steps over so many entries of an index and no more, so the cost is bounded,
    ///   whatever the account or the table holds.
    package borrowing func placeForAPIKey(
        _ id: ID<Organization>, countingTo most: Int, at now: Instant
    ) throws -> APIKeyPlace? {
        try first(
            """
            SELECT \(fixed: organizationColumns), a.suspended_at, a.is_operator, a.plan,
            (SELECT COUNT(*) FROM (SELECT 1 FROM api_key k WHERE k.account_id = o.account_id AND k.expires_at > \(now)
            LIMIT \(most)) live)
            FROM organization o JOIN account a ON a.organization_id = o.account_id WHERE o.id = \(id)
            """
        ) { row in
            let organization = try Organization(row: row, from: 0)
            return APIKeyPlace(
                organization: organization, standing: try StoredStanding(of: organization, row: row, from: 5),
                liveKeys: try row.count(8))
        }
    }

    /// When the last of an account's keys with a scope ends, nil where none of them is accepted at `now`. The cost grows with
    /// the live keys of the account, whose number is bounded.
    ///
    /// - Parameter id: A key that does not count.
    package borrowing func lastEnd(
        ofAPIKeysWith scope: Scope, account: ID<Organization>, but id: ID<APIKey>? = nil, at now: Instant
    ) throws -> Instant? {
        try first(
            """
            SELECT MAX(expires_at) FROM api_key
            WHERE account_id = \(account) AND expires_at > \(now) AND disabled_at IS NULL
            AND \(part: scope.isAmong("scopes"))
            AND id <> \(id ?? ID(value: 0))
            """
        ) { try $0.optionalInstant(0) } ?? nil
    }

    /// Adds a key to an organization of `account`.
    package borrowing func insert(_ key: APIKey, digest: SecretDigest, account: ID<Organization>) throws {
        try perform(
            """
            INSERT INTO api_key (id, organization_id, account_id, name, description, scopes, addresses, digest, pepper,
            hint, created_at, expires_at, disabled_at, rotated_at, created_by, revision, call_limit)
            VALUES (\(key.id), \(key.organization), \(account), \(key.name), \(key.description.stored), \(key.scopes.text),
            \(key.addresses.storedText.stored), \(digest.bytes), \(digest.pepperVersion), \(key.hint.text), \(key.createdAt),
            \(key.expiresAt), \(key.disabledAt.stored), \(key.rotatedAt), \(key.createdBy), \(key.revision),
            \((key.callLimit?.description).stored))
            """)
    }

    /// Whether there is a key with that digest, in force or before.
    package borrowing func holdsAPIKey(_ digest: SecretDigest) throws -> Bool {
        try first(
            "SELECT 1 FROM api_key WHERE digest = \(digest.bytes) OR previous_digest = \(digest.bytes) LIMIT 1"
        ) { _ in true } ?? false
    }

    /// Writes what can be edited of a key, and counts its revision.
    package borrowing func update(_ key: APIKey) throws {
        try perform(
            """
            UPDATE api_key SET description = \(key.description.stored), scopes = \(key.scopes.text),
            addresses = \(key.addresses.storedText.stored), call_limit = \((key.callLimit?.description).stored),
            revision = revision + 1 WHERE id = \(key.id)
            """)
    }

    /// Puts another secret of a key in force. The one before it works until ``APIKey/previousExpiresAt``, and not at all
    /// if that is nil.
    package borrowing func rotate(_ key: APIKey, to digest: SecretDigest) throws {
        if let previousExpiresAt = key.previousExpiresAt {
            try perform(
                """
                UPDATE api_key SET previous_digest = digest, previous_pepper = pepper,
                previous_expires_at = \(previousExpiresAt), previous_hint = hint, previous_created_at = rotated_at,
                previous_used_at = \(fixed: usedAt), previous_used_from = \(fixed: usedFrom),
                previous_uses = \(fixed: uses) WHERE id = \(key.id)
                """)
        } else {
            try forgetPreviousSecret(of: key.id)
        }
        try perform(
            """
            UPDATE api_key SET digest = \(digest.bytes), pepper = \(digest.pepperVersion), hint = \(key.hint.text),
            rotated_at = \(key.rotatedAt), expires_at = \(key.expiresAt), counted_since = \(key.rotatedAt),
            secret_used_at = NULL, secret_used_from = NULL, secret_uses = 0, revision = revision + 1
            WHERE id = \(key.id)
            """)
    }

    /// The secrets of a key, the older first, whether they still work or not.
    package borrowing func secrets(ofAPIKey id: ID<APIKey>) throws -> [APIKeySecret] {
        try first(
            """
            SELECT hint, rotated_at, \(fixed: usedAt), \(fixed: usedFrom), \(fixed: uses), previous_expires_at,
            COALESCE(previous_hint, '…'), previous_created_at, previous_used_at, previous_used_from, previous_uses,
            created_at FROM api_key WHERE id = \(id)
            """
        ) { row in
            let inForce = APIKeySecret(
                of: id, hint: SecretHint(stored: try row.text(0)), createdAt: try row.instant(1), expiresAt: nil,
                lastUse: try row.lastUse(2))
            guard let end = try row.optionalInstant(5) else { return [inForce] }
            let madeAt = try row.optionalInstant(7)
            let previous = APIKeySecret(
                of: id, hint: SecretHint(stored: try row.text(6)), createdAt: try madeAt ?? row.instant(11),
                expiresAt: end, lastUse: try row.lastUse(8), isCounted: madeAt != nil)
            return [previous, inForce]
        } ?? []
    }

    /// Sets when the secret before the one in force ends, and counts the revision.
    package borrowing func setPreviousSecretExpiry(of id: ID<APIKey>, to expiresAt: Instant) throws {
        try perform(
            "UPDATE api_key SET previous_expires_at = \(expiresAt), revision = revision + 1 WHERE id = \(id)")
    }

    /// Ends the secret before the one in force at once, and counts the revision.
    package borrowing func endPreviousSecret(of id: ID<APIKey>) throws {
        try forgetPreviousSecret(of: id)
        try perform("UPDATE api_key SET revision = revision + 1 WHERE id = \(id)")
    }

    private borrowing func forgetPreviousSecret(of id: ID<APIKey>) throws {
        try perform(
            """
            UPDATE api_key SET previous_digest = NULL, previous_pepper = NULL, previous_expires_at = NULL,
            previous_hint = NULL, previous_created_at = NULL, previous_used_at = NULL, previous_used_from = NULL,
            previous_uses = 0 WHERE id = \(id)
            """)
    }

    /// Disables a key since `at`, or enables it for nil.
    package borrowing func setDisabled(_ id: ID<APIKey>, since at: Instant?) throws {
        try perform("UPDATE api_key SET disabled_at = \(at.stored), revision = revision + 1 WHERE id = \(id)")
    }

    /// Removes a key.
    package borrowing func delete(_ id: ID<APIKey>) throws {
        try perform("DELETE FROM api_key WHERE id = \(id)")
    }

    /// Counts uses, and notes when and from where the last of them was, unless a later one is known: of the key, and of the
    /// secret that was used.
    ///
    /// - Parameter madeAt: When that secret was made, nil where that was not written down.
    package borrowing func recordUse(
        apiKey id: ID<APIKey>, secretMadeAt madeAt: Instant? = nil, count: Int = 1, at: Instant, address: IPAddress?
    ) throws {
        let (from, madeAt) = ((address?.description).stored, madeAt.stored)
        try perform(
            """
            UPDATE api_key SET uses = uses + \(count),
            used_from = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(from) ELSE used_from END,
            used_at = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(at) ELSE used_at END,
            secret_uses = CASE WHEN counted_since = \(madeAt) THEN secret_uses + \(count) ELSE secret_uses END,
            secret_used_from = CASE WHEN counted_since = \(madeAt) AND (secret_used_at IS NULL OR secret_used_at < \(at))
            THEN \(from) ELSE secret_used_from END,
            secret_used_at = CASE WHEN counted_since = \(madeAt) AND (secret_used_at IS NULL OR secret_used_at < \(at))
            THEN \(at) ELSE secret_used_at END,
            previous_uses = CASE WHEN previous_created_at = \(madeAt) THEN previous_uses + \(count) ELSE previous_uses END,
            previous_used_from =
            CASE WHEN previous_created_at = \(madeAt) AND (previous_used_at IS NULL OR previous_used_at < \(at))
            THEN \(from) ELSE previous_used_from END,
            previous_used_at =
            CASE WHEN previous_created_at = \(madeAt) AND (previous_used_at IS NULL OR previous_used_at < \(at))
            THEN \(at) ELSE previous_used_at END
            WHERE id = \(id)
            """)
    }

    /// Removes at most `limit` keys that expired before `time`, and says how many.
    package borrowing func sweepAPIKeys(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM api_key WHERE id IN
            (SELECT id FROM api_key WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}

extension Transaction {
    /// All that is needed to judge the key whose secret has that digest, now or before its last rotation. One indexed
    /// read for the secret in force. Whether the key, its overlap or its account still live is for the verifier.
    package borrowing func apiKeyForVerification(matching digest: SecretDigest) throws -> APIKeyForVerification? {
        let inForce = try first(
            "SELECT \(fixed: columns)\(fixed: facts) WHERE k.digest = \(digest.bytes) AND k.pepper = \(digest.pepperVersion)"
        ) { try APIKeyForVerification(row: $0, isPrevious: false) }
        if let inForce { return inForce }
        return try first(
            """
            SELECT \(fixed: columns)\(fixed: facts)
            WHERE k.previous_digest = \(digest.bytes) AND k.previous_pepper = \(digest.pepperVersion)
            """
        ) { try APIKeyForVerification(row: $0, isPrevious: true) }
    }
}

extension Transaction {
    /// The digests of the secrets of these keys: those in force and those before.
    package borrowing func digests(ofAPIKeys ids: [ID<APIKey>]) throws -> [[UInt8]] {
        guard !ids.isEmpty else { return [] }
        return try all("SELECT digest FROM api_key WHERE id IN (\(anyOf: ids))") { try $0.bytes(0) }
            + all(
                "SELECT previous_digest FROM api_key WHERE id IN (\(anyOf: ids)) AND previous_digest IS NOT NULL"
            ) { try $0.bytes(0) }
    }
}

// The use of the secret in force. Where it is not counted by itself it is the key's, unless another secret was used.
private let usedAt: StaticString = """
    CASE WHEN counted_since = rotated_at THEN secret_used_at WHEN used_at >= rotated_at THEN used_at END
    """
private let usedFrom: StaticString = """
    CASE WHEN counted_since = rotated_at THEN secret_used_from WHEN used_at >= rotated_at THEN used_from END
    """
private let uses: StaticString = """
    CASE WHEN counted_since = rotated_at THEN secret_uses WHEN used_at >= rotated_at THEN uses ELSE 0 END
    """

private let facts: StaticString = """
    , k.previous_created_at, o.path, a.suspended_at, a.is_operator, a.plan, a.time_zone
    FROM api_key k
    JOIN organization o ON o.id = k.organization_id JOIN account a ON a.organization_id = k.account_id
    """

/// An organization in which a key is to be made.
package struct APIKeyPlace: Sendable {
    package let organization: Organization
    package let standing: StoredStanding
    /// How many keys of its account live, disabled ones too, as far as it was counted.
    package let liveKeys: Int
}

/// A key with what its verification depends on.
package struct APIKeyForVerification: Sendable {
    package let key: APIKey
    /// The path of the organization that it belongs to.
    package let organization: OrganizationPath
    /// Since when its account is suspended, if so.
    package let accountSuspendedAt: Instant?
    /// Whether its account is the operator's own.
    package let accountIsOperator: Bool
    /// The name of its account's plan, nil where it was given none.
    package let accountPlan: String?
    /// By whose calendar its account's quotas begin, nil where nobody said.
    package let accountTimeZone: String?
    /// Whether the secret is the one before the last rotation, good until ``APIKey/previousExpiresAt``.
    package let isPrevious: Bool
    /// When the secret was made, nil where that was not written down.
    package let secretMadeAt: Instant?

    fileprivate init(row: StoredRow, isPrevious: Bool) throws(StoreError) {
        key = try APIKey(row: row)
        organization = try row.path(19)
        accountSuspendedAt = try row.optionalInstant(20)
        accountIsOperator = try row.bool(21)
        accountPlan = try row.optionalText(22)
        accountTimeZone = try row.optionalText(23)
        self.isPrevious = isPrevious
        secretMadeAt = isPrevious ? try row.optionalInstant(18) : key.rotatedAt
    }
}

extension APIKey {
    /// Reads ``apiKeyColumns`` at the beginning of a row.
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), name: try row.text(2), description: try row.optionalText(3),
            scopes: try row.scopes(4), addresses: try row.addresses(5),
            callLimit: try row.callLimit(17), hint: SecretHint(stored: try row.text(6)),
            createdAt: try row.instant(7), expiresAt: try row.instant(8), disabledAt: try row.optionalInstant(9),
            rotatedAt: try row.instant(10), previousExpiresAt: try row.optionalInstant(11),
            createdBy: try row.text(12), lastUse: try row.lastUse(13), revision: try row.count(16))
    }
}
