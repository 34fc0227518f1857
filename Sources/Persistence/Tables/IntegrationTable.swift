package import CredentialFormat
package import Model
import Policy

private let columns: StaticString = """
    i.id, i.organization_id, i.label, i.scopes, i.addresses, i.access_token_seconds, i.token_format, i.created_at,
    i.created_by, i.revision, i.looked_at, i.looked_by, i.tokens_from, i.call_limit,
    i.disabled_at, i.disabled_by
    """

extension Transaction {
    /// The integration, nil where there is none.
    package borrowing func integration(_ id: ID<Integration>) throws -> Integration? {
        try first("SELECT \(fixed: columns) FROM integration i WHERE i.id = \(id)", Integration.init(row:))
    }

    /// The integrations of an extent that a filter leaves, oldest first.
    package borrowing func integrations(
        _ extent: Extent, _ filter: CredentialFilter? = nil, after: ID<Integration>?, limit: Int
    ) throws -> [Integration] {
        let fits = filter?.onIntegrations ?? ""
        return switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: columns) FROM integration i
                WHERE i.organization_id = \(path.last) AND i.id > \(place(after: after)) \(part: fits)
                ORDER BY i.id LIMIT \(limit)
                """, Integration.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: columns) FROM organization o CROSS JOIN integration i
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND i.organization_id = o.id
                AND i.id > \(place(after: after)) \(part: fits) ORDER BY i.id LIMIT \(limit)
                """, Integration.init(row:))
        }
    }

    /// Whether an account has at least `count` integrations. It steps over `count` entries of an index and no more.
    package borrowing func holdsIntegrations(account: ID<Organization>, atLeast count: Int) throws -> Bool {
        guard count > 0 else { return true }
        return try first("SELECT 1 FROM integration WHERE account_id = \(account) LIMIT 1 OFFSET \(count - 1)") { _ in
            true
        } ?? false
    }

    /// Whether an organization has an integration of its own.
    package borrowing func holdsIntegration(organization: ID<Organization>) throws -> Bool {
        try first("SELECT 1 FROM integration WHERE organization_id = \(organization) LIMIT 1") { _ in true } ?? false
    }

    /// Adds an integration to an organization of `account`.
    package borrowing func insert(_ integration: Integration, account: ID<Organization>) throws {
        try perform(
            """
            INSERT INTO integration (id, organization_id, account_id, label, scopes, addresses, access_token_seconds,
            token_format, created_at, created_by, revision, call_limit)
            VALUES (\(integration.id), \(integration.organization), \(account), \(integration.label),
            \(integration.scopes.text), \(integration.addresses.storedText.stored), \(integration.accessTokenSeconds.stored),
            \(integration.tokenFormat.rawValue), \(integration.createdAt), \(integration.createdBy),
            \(integration.revision), \((integration.callLimit?.description).stored))
            """)
    }

    /// Writes what can change of an integration, and counts its revision.
    package borrowing func update(_ integration: Integration) throws {
        try perform(
            """
            UPDATE integration SET label = \(integration.label), scopes = \(integration.scopes.text),
            addresses = \(integration.addresses.storedText.stored), access_token_seconds = \(integration.accessTokenSeconds.stored),
            token_format = \(integration.tokenFormat.rawValue), call_limit = \((integration.callLimit?.description).stored),
            revision = revision + 1 WHERE id = \(integration.id)
            """)
    }

    /// Notes when the secret in force of an integration was made.
    package borrowing func setSecretAge(of id: ID<Integration>, since at: Instant) throws {
        try perform("UPDATE integration SET secret_at = \(at) WHERE id = \(id)")
    }

    /// Notes until when the secret before the one in force works too, nil where none does.
    package borrowing func setPreviousSecretEnd(of id: ID<Integration>, at: Instant?) throws {
        try perform("UPDATE integration SET previous_secret_ends_at = \(at.stored) WHERE id = \(id)")
    }

    /// Ends the access tokens that were issued to an integration before.
    package borrowing func endTokens(of id: ID<Integration>, issuedBefore at: Instant) throws {
        try perform("UPDATE integration SET tokens_from = \(at) WHERE id = \(id)")
    }

    /// Has an integration refused, or accepted again for nil.
    package borrowing func setDisabled(_ id: ID<Integration>, _ disabling: Disabling?) throws {
        try perform(
            """
            UPDATE integration SET disabled_at = \((disabling?.at).stored), disabled_by = \((disabling?.by).stored),
            revision = revision + 1 WHERE id = \(id)
            """)
    }

    /// Counts uses, and notes when and from where the last of them was, unless a later one is known.
    borrowing func recordUse(integration id: ID<Integration>, count: Int, at: Instant, address: IPAddress?) throws {
        try perform(
            """
            UPDATE integration SET uses = uses + \(count),
            used_from = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \((address?.description).stored) ELSE used_from END,
            used_at = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(at) ELSE used_at END
            WHERE id = \(id)
            """)
    }

    /// Counts the revision of an integration whose secrets were changed.
    package borrowing func touch(_ id: ID<Integration>) throws {
        try perform("UPDATE integration SET revision = revision + 1 WHERE id = \(id)")
    }

    /// Counts another secret of an integration, at which nobody has looked, and says the how manieth it is.
    package borrowing func countSecret(of id: ID<Integration>) throws -> Int {
        try perform(
            """
            UPDATE integration SET secret_generation = secret_generation + 1, looked_at = NULL, looked_by = NULL
            WHERE id = \(id)
            """)
        return try secretGeneration(of: id)
    }

    /// How many secrets an integration has had.
    package borrowing func secretGeneration(of id: ID<Integration>) throws -> Int {
        try first("SELECT secret_generation FROM integration WHERE id = \(id)") { try $0.count(0) } ?? 0
    }

    /// Notes that somebody looked at the secret in force.
    package borrowing func note(_ look: Integration.Look, at id: ID<Integration>) throws {
        try perform("UPDATE integration SET looked_at = \(look.at), looked_by = \(look.by) WHERE id = \(id)")
    }

    /// Removes an integration with its secrets.
    package borrowing func delete(_ id: ID<Integration>) throws {
        try deleteSecrets(of: .integration(id))
        try perform("DELETE FROM integration WHERE id = \(id)")
    }

    /// All that is needed to judge an integration, nil where there is none.
    package borrowing func integrationForVerification(
        _ id: ID<Integration>
    ) throws -> IntegrationForVerification? {
        let found = try first(
            """
            SELECT \(fixed: columns), o.path, a.suspended_at, a.is_operator, a.plan, a.time_zone FROM integration i
            JOIN organization o ON o.id = i.organization_id JOIN account a ON a.organization_id = i.account_id
            WHERE i.id = \(id)
            """
        ) { row in
            IntegrationForVerification(
                integration: try Integration(row: row), organization: try row.path(16),
                accountSuspendedAt: try row.optionalInstant(17), accountIsOperator: try row.bool(18),
                accountPlan: try row.optionalText(19), accountTimeZone: try row.optionalText(20), secrets: [])
        }
        guard let found else { return nil }
        return IntegrationForVerification(
            integration: found.integration, organization: found.organization,
            accountSuspendedAt: found.accountSuspendedAt, accountIsOperator: found.accountIsOperator,
            accountPlan: found.accountPlan, accountTimeZone: found.accountTimeZone,
            secrets: try clientSecrets(of: .integration(id)))
    }
}

/// An integration with what its verification depends on.
package struct IntegrationForVerification: Sendable {
    package let integration: Integration
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
    /// Oldest first; those that have ended too, until they are swept.
    package let secrets: [ClientSecret]
}

extension Integration {
    /// Reads the sixteen columns at the beginning of a row.
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), label: try row.text(2), scopes: try row.scopes(3),
            addresses: try row.addresses(4), callLimit: try row.callLimit(13),
            accessTokenSeconds: row.isNull(5) ? nil : try row.count(5),
            tokenFormat: try row.parsed(6, TokenFormat.init(rawValue:)), createdAt: try row.instant(7),
            createdBy: try row.text(8),
            lastLook: try row.optionalInstant(10).map { at throws(StoreError) in
                Integration.Look(at: at, by: try row.text(11))
            }, revision: try row.count(9),
            tokensFrom: try row.optionalInstant(12), disabling: try row.disabling(14))
    }
}
