import CredentialFormat
import DefinitionFile
import Policy

extension ProductPolicy {
    private static let day = 86_400

    /// The policy that a mapping of the file says.
    init(
        entry: FileEntry, of catalogue: ScopeCatalogue, under brand: Brand, for roles: [RoleDefinition]
    ) throws(DefinitionError) {
        let entries = try entry.section(ProductKeys.Policy.self)
        let standard = ProductPolicy()
        let tokenMaximum =
            try entries[.accessTokenMaximumLifetime]?.seconds(in: 60...30 * Self.day)
            ?? standard.accessTokenMaximumSeconds
        let tokenLifetime =
            try entries[.accessTokenLifetime]?.seconds(in: 10...30 * Self.day)
            ?? min(standard.accessTokenSeconds, tokenMaximum)
        if tokenLifetime > tokenMaximum, let entry = entries[.accessTokenLifetime] {
            throw entry.error("is longer than access_token_maximum_lifetime (\(tokenMaximum) seconds)")
        }
        let refreshMaximum =
            try entries[.refreshTokenMaximumLifetime]?.seconds(in: 60...10 * 366 * Self.day)
            ?? standard.refreshTokenMaximumSeconds
        let sessionMaximum =
            try entries[.sessionMaximumLifetime]?.seconds(in: 300...90 * Self.day) ?? standard.sessionMaximumSeconds
        let organizationHeader = try entries[.organizationHeader]?.headerName()
        self.init(
            apiKeyLifetimes: try entries[.apiKeyLifetimes].map(LifetimePolicy.init(entry:)) ?? standard.apiKeyLifetimes,
            apiKeysPerAccount: try entries[.apiKeysPerAccount]?.integer(in: Self.limitRange)
                ?? standard.apiKeysPerAccount,
            integrationsPerAccount: try entries[.integrationsPerAccount]?.integer(in: Self.limitRange)
                ?? standard.integrationsPerAccount,
            accessTokenSeconds: tokenLifetime,
            accessTokenMaximumSeconds: tokenMaximum,
            secretOverlapMaximumSeconds: try entries[.secretOverlapMaximum]?.seconds(in: 0...366 * Self.day)
                ?? standard.secretOverlapMaximumSeconds,
            organizationHeader: organizationHeader,
            queryCredentials: try entries[.queryCredentials]?.flag() ?? standard.queryCredentials,
            apiKeyHeaders: try entries[.apiKeyHeaders]?.headerNames(besides: organizationHeader)
                ?? standard.apiKeyHeaders,
            apiKeyBasic: try entries[.apiKeyBasic]?.flag() ?? standard.apiKeyBasic,
            usageRetentionDays: try entries[.usageRetentionDays]?.integer(in: 1...3660)
                ?? standard.usageRetentionDays,
            auditRetentionDays: try entries[.auditRetentionDays]?.integer(in: 1...36_600)
                ?? standard.auditRetentionDays,
            revocationGraceSeconds: try entries[.revocationGraceSeconds]?.integer(
                in: 0...Self.maximumRevocationGraceSeconds)
                ?? standard.revocationGraceSeconds,
            appsPerAccount: try entries[.appsPerAccount]?.integer(in: Self.limitRange) ?? standard.appsPerAccount,
            confidentialAppsWithoutPKCE: try entries[.confidentialAppsWithoutPKCE]?.flag()
                ?? standard.confidentialAppsWithoutPKCE,
            authorizationCodeSeconds: try entries[.authorizationCodeLifetime]?.seconds(in: 10...600)
                ?? standard.authorizationCodeSeconds,
            refreshTokenSeconds: try Self.lifetime(
                entries[.refreshTokenLifetime], atMost: refreshMaximum, "refresh_token_maximum_lifetime",
                standard: standard.refreshTokenSeconds),
            refreshTokenMaximumSeconds: refreshMaximum,
            refreshRetrySeconds: try entries[.refreshRetrySeconds]?.integer(in: 0...300)
                ?? standard.refreshRetrySeconds,
            sessionIdleSeconds: try Self.lifetime(
                entries[.sessionIdleLifetime], atMost: sessionMaximum, "session_maximum_lifetime",
                standard: standard.sessionIdleSeconds),
            sessionMaximumSeconds: sessionMaximum,
            integrations: try IntegrationPolicy(
                count: entries[.integrationsPerOrganization], new: entries[.newIntegration], of: catalogue),
            rotationReminderSeconds: try entries[.rotationReminder]?.seconds(in: Self.day...36_600 * Self.day)
                ?? standard.rotationReminderSeconds,
            accessKeys: try entries[.accessKeys].map(AccessKeyPolicy.init(entry:)) ?? standard.accessKeys,
            secretVisibility: try entries[.secretVisibility]?.word(SecretVisibility.self, of: "choice")
                ?? standard.secretVisibility,
            leakedCredentials: try entries[.leakedCredentials]?.word(LeakMeasure.self, of: "choice")
                ?? standard.leakedCredentials,
            importedKeyPrefixes: try entries[.importedKeyPrefixes]?.keyPrefixes(besides: brand)
                ?? standard.importedKeyPrefixes,
            notifyRoles: try entries[.notifyRoles]?.notified(of: roles) ?? standard.notifyRoles,
            connectionsPerAccount: try entries[.connectionsPerAccount]?.integer(in: Self.limitRange)
                ?? standard.connectionsPerAccount,
            membersPerAccount: try entries[.membersPerAccount]?.integer(in: Self.limitRange)
                ?? standard.membersPerAccount,
            organizationsPerAccount: try entries[.organizationsPerAccount]?.integer(in: Self.limitRange)
                ?? standard.organizationsPerAccount
        )
    }

    /// A lifetime that has a maximum of its own in the file.
    private static func lifetime(
        _ entry: FileEntry?, atMost maximum: Int, _ key: String, standard: Int
    ) throws(DefinitionError) -> Int {
        guard let entry else { return min(standard, maximum) }
        let seconds = try entry.seconds(in: 60...10 * 366 * day)
        guard seconds <= maximum else { throw entry.error("is longer than \(key) (\(maximum) seconds)") }
        return seconds
    }
}

extension LifetimePolicy {
    private static let range = 60...100 * 366 * 86_400

    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        let entries = try entry.section(ProductKeys.Lifetimes.self)
        let usual = LifetimePolicy.upToAYear
        let maximum = try entries[.maximum]?.seconds(in: Self.range) ?? usual.maximum
        var offered: [Int] = []
        if let list = entries[.offered] {
            for entry in try list.list(maximum: 24) {
                let seconds = try entry.seconds(in: Self.range)
                guard seconds <= maximum else { throw entry.error("is longer than the maximum (\(maximum) seconds)") }
                guard !offered.contains(seconds) else { throw entry.error("stands here twice") }
                offered.append(seconds)
            }
            guard !offered.isEmpty else { throw list.error("must offer at least one lifetime") }
        } else {
            offered = usual.offered.filter { $0 <= maximum }
        }
        let standard = try entries[.default]?.seconds(in: Self.range) ?? min(usual.standard, maximum)
        guard let policy = LifetimePolicy(offered: offered, standard: standard, maximum: maximum) else {
            throw (entries[.default] ?? entry).error("is longer than the maximum (\(maximum) seconds)")
        }
        self = policy
    }
}

extension FileEntry {
    /// What imported keys begin with.
    fileprivate func keyPrefixes(besides brand: Brand) throws(DefinitionError) -> [String] {
        var prefixes: [String] = []
        for entry in try list(maximum: SecretFormats.mostImported) {
            let prefix = try entry.text(maximum: 32)
            guard SecretFormats.isPrefix(prefix, brand: brand) else {
                throw entry.error(
                    "must be 2 to 32 letters, digits, _, - or ., and nothing that a key of the brand or a JWT begins with"
                )
            }
            guard !prefixes.contains(prefix) else { throw entry.error("stands here twice") }
            prefixes.append(prefix)
        }
        return prefixes
    }

    /// Names of roles, each once.
    fileprivate func notified(of roles: [RoleDefinition]) throws(DefinitionError) -> [String] {
        var names: [String] = []
        for entry in try list(maximum: ProductPolicy.mostNotifyRoles) {
            let name = try entry.text(maximum: RoleDefinition.maximumNameLength)
            guard roles.contains(where: { $0.name == name }) else {
                throw entry.error("there is no role \(name)")
            }
            guard !names.contains(name) else { throw entry.error("stands here twice") }
            names.append(name)
        }
        return names
    }

    /// Names of headers, each once and none of them `other`.
    fileprivate func headerNames(besides other: String?) throws(DefinitionError) -> [String] {
        var names: [String] = []
        for entry in try list(maximum: 4) {
            let name = try entry.headerName()
            let isTaken = (names + [other].compactMap(\.self)).contains { $0.lowercased() == name.lowercased() }
            guard !isTaken else { throw entry.error("the header \(name) is named twice") }
            names.append(name)
        }
        return names
    }

    /// A header's name (RFC 9110 §5.1) that means nothing else to us.
    fileprivate func headerName() throws(DefinitionError) -> String {
        let text = try text(maximum: 64)
        guard text.utf8.allSatisfy(Self.isTokenCharacter) else {
            throw error("must be the name of a header: letters, digits and !#$%&'*+-.^_`|~")
        }
        let name = text.lowercased()
        let taken = Self.takenHeaders.contains(name) || Self.takenPrefixes.contains(where: name.hasPrefix)
        guard !taken else { throw error("the header \(text) has another meaning") }
        return text
    }

    private static let takenHeaders: Set = [
        "accept", "authorization", "connection", "content-length", "content-type", "cookie", "expect", "forwarded",
        "host", "idempotency-key", "if-match", "if-none-match", "keep-alive", "prefer", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "via", "x-real-ip", "x-request-id",
    ]
    private static let takenPrefixes = ["x-auth-", "x-forwarded-", "x-original-"]

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
