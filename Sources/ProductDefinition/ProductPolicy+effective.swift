import Policy

/// What a key of the policy amounts to, whether the file says it or not.
package struct EffectivePolicy: Hashable, Sendable {
    /// Such as `policy.api_keys_per_account`.
    package let key: String
    package let text: String
}

extension ProductPolicy {
    /// What each key amounts to, in the order of the documentation.
    package var effective: [EffectivePolicy] {
        ProductKeys.Policy.allCases.map { EffectivePolicy(key: "policy.\($0.rawValue)", text: text(of: $0)) }
    }

    private func text(of key: ProductKeys.Policy) -> String {
        switch key {
        case .apiKeyLifetimes:
            "\(apiKeyLifetimes.offered.map(Self.span).joined(separator: ", ")); "
                + "\(Self.span(apiKeyLifetimes.standard)) by default, at most \(Self.span(apiKeyLifetimes.maximum))"
        case .apiKeysPerAccount: "\(apiKeysPerAccount)"
        case .integrationsPerAccount: "\(integrationsPerAccount)"
        case .integrationsPerOrganization: integrations.perOrganization.rawValue
        case .newIntegration: integrations.scopes == nil ? "scopes must be said" : "scopes chosen by the product"
        case .accessKeys: accessKeys.rawValue
        case .notifyRoles:
            notifyRoles.map { $0.isEmpty ? "whoever looks after them" : $0.joined(separator: ", ") } ?? "nobody"
        case .secretVisibility: secretVisibility.rawValue
        case .importedKeyPrefixes:
            importedKeyPrefixes.isEmpty ? "none" : importedKeyPrefixes.joined(separator: ", ")
        case .leakedCredentials: leakedCredentials.rawValue
        case .accessTokenLifetime: Self.span(accessTokenSeconds)
        case .accessTokenMaximumLifetime: Self.span(accessTokenMaximumSeconds)
        case .secretOverlapMaximum: Self.span(secretOverlapMaximumSeconds)
        case .organizationHeader: organizationHeader ?? "none"
        case .queryCredentials: Self.word(queryCredentials)
        case .apiKeyHeaders: apiKeyHeaders.isEmpty ? "none" : apiKeyHeaders.joined(separator: ", ")
        case .apiKeyBasic: Self.word(apiKeyBasic)
        case .rotationReminder: Self.span(rotationReminderSeconds)
        case .auditRetentionDays: "\(auditRetentionDays) days"
        case .usageRetentionDays: "\(usageRetentionDays) days"
        case .revocationGraceSeconds: Self.span(revocationGraceSeconds)
        case .appsPerAccount: "\(appsPerAccount)"
        case .connectionsPerAccount: "\(connectionsPerAccount)"
        case .membersPerAccount: "\(membersPerAccount)"
        case .organizationsPerAccount: "\(organizationsPerAccount)"
        case .confidentialAppsWithoutPKCE: Self.word(confidentialAppsWithoutPKCE)
        case .authorizationCodeLifetime: Self.span(authorizationCodeSeconds)
        case .refreshTokenLifetime: Self.span(refreshTokenSeconds)
        case .refreshTokenMaximumLifetime: Self.span(refreshTokenMaximumSeconds)
        case .refreshRetrySeconds: Self.span(refreshRetrySeconds)
        case .sessionIdleLifetime: Self.span(sessionIdleSeconds)
        case .sessionMaximumLifetime: Self.span(sessionMaximumSeconds)
        }
    }

    private static func word(_ value: Bool) -> String { value ? "yes" : "no" }

    /// A span of time as people say it: `90 seconds`, `1 hour`, `30 days`.
    private static func span(_ seconds: Int) -> String {
        for (unit, length) in [("day", 86_400), ("hour", 3600), ("minute", 60)]
        where seconds >= length && seconds % length == 0 {
            return "\(seconds / length) \(unit)\(seconds == length ? "" : "s")"
        }
        return "\(seconds) second\(seconds == 1 ? "" : "s")"
    }
}
