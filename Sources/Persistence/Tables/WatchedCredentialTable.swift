package import CredentialFormat
package import Model

// How far it was looked for what is to be told of credentials, and what is looked at.

extension Transaction {
    /// How far something was looked through, nil where it never was.
    package borrowing func lifecycleProgress(of name: String) throws -> String? {
        try first("SELECT place FROM lifecycle_progress WHERE name = \(name)") { try $0.text(0) }
    }

    /// Notes how far something was looked through.
    package borrowing func setLifecycleProgress(of name: String, to place: String) throws {
        try perform(
            """
            INSERT INTO lifecycle_progress (name, place) VALUES (\(name), \(place))
            ON CONFLICT (name) DO UPDATE SET place = excluded.place
            """)
    }

    /// API keys of all accounts, in the order of their identifiers.
    package borrowing func watchedAPIKeys(after: ID<APIKey>?, limit: Int) throws -> [WatchedCredential] {
        try all(
            """
            SELECT k.id, k.name, o.path, k.created_at, k.expires_at, k.disabled_at, k.rotated_at, k.used_at,
            k.previous_expires_at, k.previous_used_at, k.used_from FROM api_key k CROSS JOIN organization o
            WHERE k.id > \(place(after: after)) AND o.id = k.organization_id ORDER BY k.id LIMIT \(limit)
            """
        ) { try WatchedCredential(row: $0, kind: .apiKey, id: try $0.id(0, of: APIKey.self).description) }
    }

    /// Integrations of all accounts, in the order of their identifiers. When the secret before a rotation was used last, their secrets
    /// say.
    package borrowing func watchedIntegrations(after: ID<Integration>?, limit: Int) throws -> [WatchedCredential] {
        try all(
            """
            SELECT i.id, i.label, o.path, i.created_at, NULL, i.disabled_at, COALESCE(i.secret_at, i.created_at), i.used_at,
            i.previous_secret_ends_at, NULL, i.used_from FROM integration i CROSS JOIN organization o
            WHERE i.id > \(place(after: after)) AND o.id = i.organization_id ORDER BY i.id LIMIT \(limit)
            """
        ) { try WatchedCredential(row: $0, kind: .integration, id: try $0.id(0, of: Integration.self).description) }
    }

    /// Access keys of all accounts, in the order of their identifiers.
    package borrowing func watchedAccessKeys(after: ID<AccessKey>?, limit: Int) throws -> [WatchedCredential] {
        try all(
            """
            SELECT a.id, a.name, o.path, a.created_at, NULL, a.disabled_at, a.rotated_at, a.used_at, NULL, NULL,
            a.used_from
            FROM access_key a CROSS JOIN contact c CROSS JOIN organization o
            WHERE a.id > \(place(after: after)) AND c.id = a.contact_id AND o.id = c.organization_id
            ORDER BY a.id LIMIT \(limit)
            """
        ) { try WatchedCredential(row: $0, kind: .accessKey, id: try $0.id(0, of: AccessKey.self).description) }
    }

    /// Access keys that a member made, by themself or through an app, in the order of their identifiers.
    package borrowing func watchedAccessKeys(
        madeBy member: ID<Member>, after: ID<AccessKey>?, limit: Int
    ) throws -> [WatchedCredential] {
        try all(
            """
            SELECT a.id, a.name, o.path, a.created_at, NULL, a.disabled_at, a.rotated_at, a.used_at, NULL, NULL,
            a.used_from
            FROM access_key a CROSS JOIN contact c CROSS JOIN organization o
            WHERE a.created_by >= \(member.description) AND a.created_by < \(member.description + "!")
            AND a.id > \(place(after: after)) AND c.id = a.contact_id AND o.id = c.organization_id
            ORDER BY a.id LIMIT \(limit)
            """
        ) { try WatchedCredential(row: $0, kind: .accessKey, id: try $0.id(0, of: AccessKey.self).description) }
    }

    /// What became of connections, oldest first, without renewals that went as they should.
    ///
    /// - Parameter after: Younger than this one.
    package borrowing func toldConnectionEvents(after: ID<ConnectionEvent>, limit: Int) throws -> [ConnectionEvent] {
        try all(
            """
            SELECT \(fixed: connectionEventColumns) FROM connection_event
            WHERE id > \(after) AND kind NOT IN ('connection.rotated', 'connection.updated') ORDER BY id LIMIT \(limit)
            """, ConnectionEvent.init(row:))
    }

    /// The last settled place of the audit log: who follows it from there hears of what is done from now on.
    package borrowing func lastSettledAuditPlace() throws -> AuditPlace {
        let last = try first(
            """
            SELECT place, id FROM audit_event WHERE place IS NOT NULL AND place < \(fixed: dialect.settledPlace)
            ORDER BY place DESC, id DESC LIMIT 1
            """
        ) { AuditPlace(number: try $0.integer(0), event: try $0.id(1)) }
        return last ?? AuditPlace(number: 0, event: .first(at: Instant(milliseconds: 0)))
    }
}

extension WatchedCredential {
    fileprivate init(row: StoredRow, kind: Kind, id: String) throws(StoreError) {
        let usedAt = try row.optionalInstant(9)
        self.init(
            kind: kind, id: id, name: try row.text(1), path: try row.path(2), createdAt: try row.instant(3),
            expiresAt: try row.optionalInstant(4), isDisabled: !row.isNull(5), secretAt: try row.instant(6),
            usedAt: try row.optionalInstant(7),
            oldSecret: try row.optionalInstant(8).map { OldSecret(endsAt: $0, usedAt: usedAt) },
            usedFrom: row.isNull(10) ? nil : try row.address(10))
    }
}
