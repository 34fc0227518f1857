import DefinitionFile

/// Every key that the file may have, one type for each mapping. Any other is an error there.
package enum ProductKeys {
    enum File: String, CaseIterable {
        case product, audience, look, endpoints, scopes, permissions, roles, plans, policy, words, places, connections
        case defaultPlan = "default_plan"
        case hiddenSections = "hidden_sections"
        case rateLimits = "rate_limits"
    }

    enum Identity: String, CaseIterable {
        case name, brand
        case supportLink = "support_link"
    }

    enum Look: String, CaseIterable {
        case accent, logo
        case logoHasName = "logo_has_name"
    }

    enum Endpoints: String, CaseIterable {
        case token, introspect, revoke, authorize, userinfo, jwks, metadata
    }

    enum Scope: String, CaseIterable {
        case description, group, danger, cost, deprecated, sunset
    }

    enum Role: String, CaseIterable {
        case title, description, permissions
    }

    enum Policy: String, CaseIterable {
        case apiKeyLifetimes = "api_key_lifetimes"
        case apiKeysPerAccount = "api_keys_per_account"
        case integrationsPerAccount = "integrations_per_account"
        case integrationsPerOrganization = "integrations_per_organization"
        case newIntegration = "new_integration"
        case accessKeys = "access_keys"
        case accessTokenLifetime = "access_token_lifetime"
        case accessTokenMaximumLifetime = "access_token_maximum_lifetime"
        case notifyRoles = "notify_roles"
        case secretVisibility = "secret_visibility"
        case importedKeyPrefixes = "imported_key_prefixes"
        case leakedCredentials = "leaked_credentials"
        case secretOverlapMaximum = "secret_overlap_maximum"
        case rotationReminder = "rotation_reminder"
        case organizationHeader = "organization_header"
        case queryCredentials = "query_credentials"
        case apiKeyHeaders = "api_key_headers"
        case apiKeyBasic = "api_key_basic"
        case auditRetentionDays = "audit_retention_days"
        case usageRetentionDays = "usage_retention_days"
        case revocationGraceSeconds = "revocation_grace_seconds"
        case appsPerAccount = "apps_per_account"
        case connectionsPerAccount = "connections_per_account"
        case membersPerAccount = "members_per_account"
        case organizationsPerAccount = "organizations_per_account"
        case confidentialAppsWithoutPKCE = "confidential_apps_without_pkce"
        case authorizationCodeLifetime = "authorization_code_lifetime"
        case refreshTokenLifetime = "refresh_token_lifetime"
        case refreshTokenMaximumLifetime = "refresh_token_maximum_lifetime"
        case refreshRetrySeconds = "refresh_retry_seconds"
        case sessionIdleLifetime = "session_idle_lifetime"
        case sessionMaximumLifetime = "session_maximum_lifetime"
    }

    enum Lifetimes: String, CaseIterable {
        case offered, `default`, maximum
    }

    /// All of them with what they stand in, such as `policy.api_keys_per_account`; `*` stands for a name of the
    /// operator's own.
    package static var paths: [String] {
        let tops = File.spellings
        let inner = [
            ("product", Identity.spellings), ("look", Look.spellings),
            ("endpoints", Endpoints.spellings),
            ("scopes.*", Scope.spellings), ("roles.*", Role.spellings),
            ("permissions.*", PermissionBundle.spellings),
            ("plans.*", Plan.spellings), ("plans.*.limits", AccountLimit.spellings),
            ("plans.*.rate_limits.*", RateLimit.spellings), ("rate_limits.*", RateLimit.spellings),
            ("policy", Policy.spellings),
            ("policy.api_key_lifetimes", Lifetimes.spellings),
            ("policy.new_integration", NewIntegration.spellings),
            ("words", Term.spellings), ("words.*", Word.spellings),
            ("places.*", Place.spellings), ("places.*.pages.*", PlacePage.spellings),
            ("places.*.pages.*.sections.*", PlaceSection.spellings),
            ("connections", Connections.spellings),
            ("connections.providers.*", Provider.spellings),
            ("connections.providers.*.secret", ProviderSecret.spellings),
        ]
        return tops + inner.flatMap { place, keys in keys.map { "\(place).\($0)" } }
    }
}
