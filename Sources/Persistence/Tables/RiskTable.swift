package import Model

/// How many credentials of one kind are at which risk.
package struct CredentialRisks: Hashable, Sendable {
    /// All that there are and that have not ended.
    package let count: Int
    /// Those that end soon.
    package let expiring: Int
    package let expired: Int
    /// Those that were never used though they are not new any more.
    package let neverUsed: Int
    /// Those that were used, but not for long, and those that were never used and are as old.
    package let idle: Int
    /// Those whose secret is old.
    package let old: Int
    /// Those that nobody looks after, because who did has left.
    package let left: Int
}

/// What counts as a risk.
package struct RiskTimes: Hashable, Sendable {
    package let now: Instant
    /// What ends before, ends soon.
    package let soon: Instant
    /// What was not used since, is idle.
    package let idleSince: Instant
    /// What was made since, is new: nobody expects that it was used.
    package let newSince: Instant
    /// A secret from before is old, nil for none.
    package let oldBefore: Instant?

    package init(now: Instant, soon: Instant, idleSince: Instant, newSince: Instant, oldBefore: Instant?) {
        self.now = now
        self.soon = soon
        self.idleSince = idleSince
        self.newSince = newSince
        self.oldBefore = oldBefore
    }
}

extension Transaction {
    /// The risks of the API keys of an organization and those below it. It reads those rows, by their index, and no others.
    package borrowing func apiKeyRisks(within path: OrganizationPath, _ times: RiskTimes) throws -> CredentialRisks {
        let lives: BoundSQL = "k.expires_at > \(times.now) AND k.disabled_at IS NULL"
        return try first(
            """
            SELECT \(part: Self.counting("k.expires_at > \(times.now)")),
            \(part: Self.counting("\(part: lives) AND k.expires_at < \(times.soon)")),
            \(part: Self.counting("k.expires_at <= \(times.now)")),
            \(part: Self.counting("\(part: lives) AND k.used_at IS NULL AND k.created_at < \(times.newSince)")),
            \(part: Self.counting("\(part: lives) AND COALESCE(k.used_at, k.created_at) < \(times.idleSince)")),
            \(part: Self.counting("\(part: lives) AND k.rotated_at < \(times.oldBefore ?? Instant(seconds: 0))")),
            \(part: Self.counting("\(part: lives) AND k.steward_left_at IS NOT NULL"))
            FROM organization o CROSS JOIN api_key k
            WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND k.organization_id = o.id
            """, CredentialRisks.init(row:)) ?? CredentialRisks.none
    }

    /// The risks of the integrations of an organization and those below it, which never end. Those that are disabled are at none.
    package borrowing func integrationRisks(
        within path: OrganizationPath, _ times: RiskTimes
    ) throws -> CredentialRisks {
        let lives: BoundSQL = "i.disabled_at IS NULL"
        let oldBefore = times.oldBefore ?? Instant(seconds: 0)
        return try first(
            """
            SELECT COUNT(*), \(part: Self.counting("1 = 0")), \(part: Self.counting("1 = 0")),
            \(part: Self.counting("\(part: lives) AND i.used_at IS NULL AND i.created_at < \(times.newSince)")),
            \(part: Self.counting("\(part: lives) AND COALESCE(i.used_at, i.created_at) < \(times.idleSince)")),
            \(part: Self.counting("\(part: lives) AND COALESCE(i.secret_at, i.created_at) < \(oldBefore)")),
            \(part: Self.counting("\(part: lives) AND i.steward_left_at IS NOT NULL"))
            FROM organization o CROSS JOIN integration i
            WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND i.organization_id = o.id
            """, CredentialRisks.init(row:)) ?? CredentialRisks.none
    }

    /// The risks of the access keys of contacts of an organization and those below it, which never end. Those that are disabled,
    /// by themselves or with their contact, are at none.
    package borrowing func accessKeyRisks(
        within path: OrganizationPath, _ times: RiskTimes
    ) throws -> CredentialRisks {
        let lives = AccessKeyQuery.working
        return try first(
            """
            SELECT COUNT(*), \(part: Self.counting("1 = 0")), \(part: Self.counting("1 = 0")),
            \(part: Self.counting("\(part: lives) AND k.used_at IS NULL AND k.created_at < \(times.newSince)")),
            \(part: Self.counting("\(part: lives) AND COALESCE(k.used_at, k.created_at) < \(times.idleSince)")),
            \(part: Self.counting("\(part: lives) AND k.rotated_at < \(times.oldBefore ?? Instant(seconds: 0))")),
            \(part: Self.counting("\(part: lives) AND \(part: AccessKeyQuery.isWithLeaver)"))
            FROM organization o CROSS JOIN contact c CROSS JOIN access_key k
            WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND c.organization_id = o.id
            AND k.contact_id = c.id
            """, CredentialRisks.init(row:)) ?? CredentialRisks.none
    }

    private static func counting(_ condition: BoundSQL) -> BoundSQL {
        "COUNT(CASE WHEN \(part: condition) THEN 1 END)"
    }
}

extension CredentialRisks {
    static let none = CredentialRisks(count: 0, expiring: 0, expired: 0, neverUsed: 0, idle: 0, old: 0, left: 0)

    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            count: try row.count(0), expiring: try row.count(1), expired: try row.count(2), neverUsed: try row.count(3),
            idle: try row.count(4), old: try row.count(5), left: try row.count(6))
    }
}
