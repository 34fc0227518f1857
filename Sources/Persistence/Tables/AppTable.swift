package import CredentialFormat
package import Model
package import Policy

/// What an app is read from.
let appColumns: StaticString = """
    p.id, p.organization_id, p.name, p.availability, p.authentication, p.redirect_uris, p.signed_out_uris, p.scopes,
    p.logo, p.homepage, p.policy, p.terms, p.access_token_seconds, p.refresh_token_seconds, p.token_format,
    p.id_token_algorithm, p.created_at, p.created_by, p.revision, p.any_secret_method, p.requires_pkce,
    p.call_limit, p.disabled_at, p.disabled_by
    """

extension Transaction {
    /// The app, nil where there is none.
    package borrowing func app(_ id: ID<App>) throws -> App? {
        try first("SELECT \(fixed: appColumns) FROM app p WHERE p.id = \(id)", App.init(row:))
    }

    /// The apps of an extent that a filter leaves, oldest first.
    package borrowing func apps(
        _ extent: Extent, _ filter: CredentialFilter? = nil, after: ID<App>?, limit: Int
    ) throws -> [App] {
        let fits = filter?.onApps ?? ""
        return switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: appColumns) FROM app p
                WHERE p.organization_id = \(path.last) AND p.id > \(place(after: after)) \(part: fits)
                ORDER BY p.id LIMIT \(limit)
                """, App.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: appColumns) FROM organization o CROSS JOIN app p
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND p.organization_id = o.id
                AND p.id > \(place(after: after)) \(part: fits) ORDER BY p.id LIMIT \(limit)
                """, App.init(row:))
        }
    }

    /// Counts calls of an app that proved itself and uses of its access tokens, and notes when and from where the last of them
    /// was, unless a later one is known.
    package borrowing func recordUse(app id: ID<App>, count: Int = 1, at: Instant, address: IPAddress?) throws {
        try perform(
            """
            UPDATE app SET uses = uses + \(count),
            used_from = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \((address?.description).stored) ELSE used_from END,
            used_at = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(at) ELSE used_at END
            WHERE id = \(id)
            """)
    }

    /// Whether an account has at least `count` apps. It steps over `count` entries of an index and no more.
    package borrowing func holdsApps(account: ID<Organization>, atLeast count: Int) throws -> Bool {
        guard count > 0 else { return true }
        return try first("SELECT 1 FROM app WHERE account_id = \(account) LIMIT 1 OFFSET \(count - 1)") { _ in true }
            ?? false
    }

    /// Adds an app to an organization of `account`.
    package borrowing func insert(_ app: App, account: ID<Organization>) throws {
        try perform(
            """
            INSERT INTO app (id, organization_id, account_id, name, availability, authentication, redirect_uris,
            signed_out_uris, scopes, logo, homepage, policy, terms, access_token_seconds, refresh_token_seconds,
            token_format, id_token_algorithm, created_at, created_by, revision, any_secret_method, requires_pkce, call_limit)
            VALUES (\(app.id), \(app.organization), \(account), \(app.name), \(app.availability.rawValue),
            \(app.authentication.stored.rawValue), \(app.redirectURIs.storedText), \(app.signedOutURIs.storedText),
            \(app.scopes.text), \((app.links.logo?.text).stored), \((app.links.homepage?.text).stored),
            \((app.links.policy?.text).stored), \((app.links.terms?.text).stored), \(app.accessTokenSeconds.stored),
            \(app.refreshTokenSeconds.stored), \(app.tokenFormat.rawValue), \(app.idTokenAlgorithm.rawValue),
            \(app.createdAt), \(app.createdBy), \(app.revision), \(app.authentication == .anySecret), \(app.requiresPKCE),
            \((app.callLimit?.description).stored))
            """)
    }

    /// Writes what can change of an app, and counts its revision.
    package borrowing func update(_ app: App) throws {
        try perform(
            """
            UPDATE app SET name = \(app.name), availability = \(app.availability.rawValue),
            authentication = \(app.authentication.stored.rawValue),
            any_secret_method = \(app.authentication == .anySecret), requires_pkce = \(app.requiresPKCE),
            redirect_uris = \(app.redirectURIs.storedText), signed_out_uris = \(app.signedOutURIs.storedText),
            scopes = \(app.scopes.text), logo = \((app.links.logo?.text).stored),
            homepage = \((app.links.homepage?.text).stored), policy = \((app.links.policy?.text).stored),
            terms = \((app.links.terms?.text).stored), access_token_seconds = \(app.accessTokenSeconds.stored),
            refresh_token_seconds = \(app.refreshTokenSeconds.stored), token_format = \(app.tokenFormat.rawValue),
            id_token_algorithm = \(app.idTokenAlgorithm.rawValue), call_limit = \((app.callLimit?.description).stored),
            revision = revision + 1 WHERE id = \(app.id)
            """)
    }

    /// Has an app refused, or accepted again for nil.
    package borrowing func setDisabled(_ id: ID<App>, _ disabling: Disabling?) throws {
        try perform(
            """
            UPDATE app SET disabled_at = \((disabling?.at).stored), disabled_by = \((disabling?.by).stored),
            revision = revision + 1 WHERE id = \(id)
            """)
    }

    /// Counts the revision of an app whose secrets were changed.
    package borrowing func touch(_ id: ID<App>) throws {
        try perform("UPDATE app SET revision = revision + 1 WHERE id = \(id)")
    }

    /// Removes an app with its secrets, and with what users granted it.
    package borrowing func delete(_ id: ID<App>) throws {
        try deleteSecrets(of: .app(id))
        try perform("DELETE FROM app WHERE id = \(id)")
    }

    /// All that is needed to judge an app, nil where there is none.
    package borrowing func appForVerification(_ id: ID<App>) throws -> AppForVerification? {
        guard let app = try app(id), let standing = try standing(of: app.organization) else { return nil }
        return AppForVerification(app: app, standing: standing, secrets: try clientSecrets(of: .app(id)))
    }
}

/// An app with what its verification depends on.
package struct AppForVerification: Sendable {
    package let app: App
    /// The standing of the organization that it belongs to.
    package let standing: StoredStanding
    /// Oldest first; those that have ended too, until they are swept.
    package let secrets: [ClientSecret]
}

extension App {
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), name: try row.text(2),
            availability: try row.parsed(3, Availability.init(rawValue:)),
            authentication: AppAuthentication(
                only: try row.bool(19) ? nil : try row.parsed(4, ClientAuthenticationMethod.init(rawValue:))),
            requiresPKCE: try row.bool(20),
            redirectURIs: try row.redirectURIs(5), signedOutURIs: try row.redirectURIs(6), scopes: try row.scopes(7),
            links: AppLinks(
                logo: try row.webLink(8), homepage: try row.webLink(9), policy: try row.webLink(10),
                terms: try row.webLink(11)),
            accessTokenSeconds: row.isNull(12) ? nil : try row.count(12),
            refreshTokenSeconds: row.isNull(13) ? nil : try row.count(13),
            tokenFormat: try row.parsed(14, TokenFormat.init(rawValue:)),
            idTokenAlgorithm: try row.parsed(15, IDTokenAlgorithm.init(rawValue:)), callLimit: try row.callLimit(21),
            createdAt: try row.instant(16), createdBy: try row.text(17), revision: try row.count(18),
            disabling: try row.disabling(22))
    }
}

extension AppAuthentication {
    /// What the version before this reads: of an app that may choose, the default of RFC 7591 §2.
    fileprivate var stored: ClientAuthenticationMethod { only ?? .basic }
}

extension [RedirectURI] {
    /// With spaces between, which no URI has.
    fileprivate var storedText: String { map(\.text).joined(separator: " ") }
}

extension StoredRow {
    fileprivate func redirectURIs(_ column: Int) throws(StoreError) -> [RedirectURI] {
        let words = try words(column)
        let found = words.compactMap { try? RedirectURI(parsing: $0) }
        guard found.count == words.count else { throw .unreadable("column \(column): no redirect URIs") }
        return found
    }

    fileprivate func webLink(_ column: Int) throws(StoreError) -> WebLink? {
        isNull(column) ? nil : try parsed(column) { try? WebLink(parsing: $0) }
    }
}
