package import CredentialFormat
package import Model

/// Whose credentials are asked for.
package enum StewardFilter: Hashable, Sendable {
    /// Those that a member looks after, or did until they left.
    case member(ID<Member>)
    /// Those of an account that nobody looks after because who did has left.
    case left(account: ID<Organization>)
}

// `steward` of API keys, integrations and apps: the member who looks after one.

extension Transaction {
    /// Says who looks after a credential from now on.
    package borrowing func setSteward(_ member: ID<Member>?, of id: StewardedID) throws {
        switch id {
        case .apiKey(let id): try setSteward(member, "api_key", id)
        case .integration(let id): try setSteward(member, "integration", id)
        case .app(let id): try setSteward(member, "app", id)
        }
    }

    private borrowing func setSteward(_ member: ID<Member>?, _ table: StaticString, _ id: ID<some Entity>) throws {
        try perform(
            """
            UPDATE \(fixed: table) SET steward = \(member.stored), steward_name = NULL, steward_left_at = NULL
            WHERE id = \(id)
            """)
    }

    /// Notes that a member who looks after credentials leaves. Called before they are removed.
    package borrowing func noteLeaving(of member: ID<Member>, named name: String, at now: Instant) throws {
        for table: StaticString in ["api_key", "integration", "app"] {
            try perform(
                """
                UPDATE \(fixed: table) SET steward_name = \(name), steward_left_at = \(now)
                WHERE steward = \(member) AND steward IS NOT NULL
                """)
        }
        // An access key is its contact's. Whoever made it may have copied it all the same, by themself or through an app.
        try perform(
            """
            UPDATE access_key SET creator_left_at = \(now)
            WHERE created_by >= \(member.description) AND created_by < \(member.description + "!")
            """)
    }

    /// Credentials of these kinds within a part of a tree, oldest first.
    ///
    /// - Parameter path: Nil for every account.
    package borrowing func stewarded(
        _ filter: StewardFilter, kinds: Set<StewardedID.Kind>, within path: OrganizationPath?, after: UInt128?,
        limit: Int
    ) throws -> [StewardedCredential] {
        let found = try StewardedID.Kind.allCases.filter(kinds.contains).flatMap { kind in
            try stewarded(kind, filter, within: path, after: after, limit: limit)
        }
        return Array(found.sorted { $0.id.value < $1.id.value }.prefix(limit))
    }

    private borrowing func stewarded(
        _ kind: StewardedID.Kind, _ filter: StewardFilter, within path: OrganizationPath?, after: UInt128?, limit: Int
    ) throws -> [StewardedCredential] {
        let (columns, table): (StaticString, StaticString) =
            switch kind {
            case .apiKey: ("c.name, c.expires_at, c.disabled_at, c.id IS NOT NULL", "api_key")
            case .integration: ("c.label, NULL, c.disabled_at, c.id IS NOT NULL", "integration")
            case .app: ("c.name, NULL, c.disabled_at, c.authentication <> 'none'", "app")
            }
        return try all(
            """
            SELECT c.id, c.organization_id, o.name, c.created_at, c.steward, c.steward_left_at, c.steward_name,
            \(fixed: columns) FROM \(fixed: table) c JOIN organization o ON o.id = c.organization_id
            WHERE \(part: Self.condition(filter, within: path))
            AND c.id > \(ID<APIKey>(value: after ?? 0)) ORDER BY c.id LIMIT \(limit)
            """
        ) { try StewardedCredential(row: $0, kind: kind) }
    }

    /// The API keys among them that work at `now`, oldest first.
    package borrowing func workingAPIKeys(
        _ filter: StewardFilter, within path: OrganizationPath?, at now: Instant, limit: Int
    ) throws -> [APIKey] {
        try all(
            """
            SELECT \(fixed: apiKeyColumns) FROM api_key k WHERE k.id IN (SELECT c.id FROM api_key c
            JOIN organization o ON o.id = c.organization_id WHERE \(part: Self.condition(filter, within: path))
            AND c.disabled_at IS NULL AND c.expires_at > \(now) ORDER BY c.id LIMIT \(limit)) ORDER BY k.id
            """, APIKey.init(row:))
    }

    /// How many credentials of these kinds there are, counted up to `limit` of each.
    package borrowing func stewardedCount(
        _ filter: StewardFilter, kinds: Set<StewardedID.Kind>, within path: OrganizationPath?, limit: Int
    ) throws -> Int {
        try first("SELECT \(part: Self.stewardedCount(filter, kinds: kinds, within: path, limit: limit))") { row in
            try row.count(0)
        } ?? 0
    }

    /// The same as a number within a statement.
    static func stewardedCount(
        _ filter: StewardFilter, kinds: Set<StewardedID.Kind>, within path: OrganizationPath?, limit: Int
    ) -> BoundSQL {
        stewardedCount(where: condition(filter, within: path), kinds: kinds, limit: limit)
    }

    /// How many the member `m` of a statement's row looks after, as a number within it.
    static func stewardedCountOfRow(
        kinds: Set<StewardedID.Kind>, within path: OrganizationPath, limit: Int
    ) -> BoundSQL {
        stewardedCount(
            where: bound("c.steward = m.id AND c.steward IS NOT NULL", within: path), kinds: kinds, limit: limit)
    }

    private static func stewardedCount(
        where condition: BoundSQL, kinds: Set<StewardedID.Kind>, limit: Int
    ) -> BoundSQL {
        StewardedID.Kind.allCases.filter(kinds.contains).reduce("0") { sum, kind in
            let table: StaticString =
                switch kind {
                case .apiKey: "api_key"
                case .integration: "integration"
                case .app: "app"
                }
            return """
                \(part: sum) + (SELECT COUNT(*) FROM (SELECT 1 FROM \(fixed: table) c
                JOIN organization o ON o.id = c.organization_id
                WHERE \(part: condition) LIMIT \(limit)) AS live)
                """
        }
    }

    private static func condition(_ filter: StewardFilter, within path: OrganizationPath?) -> BoundSQL {
        let whose: BoundSQL =
            switch filter {
            case .member(let member): "c.steward = \(member) AND c.steward IS NOT NULL"
            case .left(let account): "c.account_id = \(account) AND c.steward_left_at IS NOT NULL"
            }
        return bound(whose, within: path)
    }

    private static func bound(_ whose: BoundSQL, within path: OrganizationPath?) -> BoundSQL {
        guard let path else { return whose }
        return "\(part: whose) AND o.path >= \(path.stored) AND o.path < \(path.storedEnd)"
    }
}

extension StewardedCredential {
    fileprivate init(row: StoredRow, kind: StewardedID.Kind) throws(StoreError) {
        let id: ID<APIKey> = try row.id(0)
        self.init(
            id: kind.id(id.value), name: try row.text(7), organization: try row.id(1),
            organizationName: try row.text(2),
            createdAt: try row.instant(3), expiresAt: try row.optionalInstant(8),
            disabledAt: try row.optionalInstant(9), hasSecret: try row.bool(10),
            steward: row.isNull(4) ? nil : try row.id(4), leftAt: try row.optionalInstant(5),
            formerName: try row.optionalText(6))
    }
}
