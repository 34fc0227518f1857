package import CredentialFormat

/// An account at a provider that an organization has connected. What is secret of it stands elsewhere, sealed.
package struct Connection: Entity, Hashable, Sendable {
    package static let prefix = "cnx"

    package let id: ID<Connection>
    /// From the account's root down to the organization whose it is.
    package let path: OrganizationPath
    /// The provider's name.
    package let provider: String
    /// Our client there, through which its tokens came.
    package var access: ID<ProviderAccess>
    /// What people call it.
    package var name: String
    /// A keyed fingerprint of the account at the provider, nil where the provider does not say.
    package var accountFingerprint: [UInt8]?
    /// What was granted.
    package var scopes: [String]
    /// What the provider's file keeps for later requests. No secret.
    package var metadata: [String: String]
    package var status: ConnectionStatus
    /// Why it is so: a word of ours, or a code of the provider's.
    package var reason: String?
    /// Counts what was sealed for it, from 1; 0 before there is anything.
    package var generation: Int
    package var clocks: Clocks
    package var trouble: Trouble
    /// When it is looked at next, nil for never.
    package var nextRenewalAt: Instant?
    /// When it was last shown to work.
    package var lastProvenAt: Instant?
    package let createdAt: Instant

    /// What ends when.
    package struct Clocks: Hashable, Sendable {
        /// When the user last consented.
        package var consentedAt: Instant?
        /// When the tokens in force came.
        package var issuedAt: Instant?
        /// Nil for one that has no end.
        package var accessExpiresAt: Instant?
        package var refreshExpiresAt: Instant?
        package var dataAccessExpiresAt: Instant?

        package init(
            consentedAt: Instant? = nil, issuedAt: Instant? = nil, accessExpiresAt: Instant? = nil,
            refreshExpiresAt: Instant? = nil, dataAccessExpiresAt: Instant? = nil
        ) {
            self.consentedAt = consentedAt
            self.issuedAt = issuedAt
            self.accessExpiresAt = accessExpiresAt
            self.refreshExpiresAt = refreshExpiresAt
            self.dataAccessExpiresAt = dataAccessExpiresAt
        }
    }

    /// What went wrong since it last worked.
    package struct Trouble: Hashable, Sendable {
        package var failures: Int
        package var firstFailedAt: Instant?
        package var lastFailedAt: Instant?
        /// The class of the last error, as the provider's file has it.
        package var errorClass: String?
        package var errorCode: String?

        package init(
            failures: Int = 0, firstFailedAt: Instant? = nil, lastFailedAt: Instant? = nil, errorClass: String? = nil,
            errorCode: String? = nil
        ) {
            self.failures = failures
            self.firstFailedAt = firstFailedAt
            self.lastFailedAt = lastFailedAt
            self.errorClass = errorClass
            self.errorCode = errorCode
        }
    }

    package init(
        id: ID<Connection>, path: OrganizationPath, provider: String, access: ID<ProviderAccess>, name: String,
        accountFingerprint: [UInt8]? = nil, scopes: [String] = [], metadata: [String: String] = [:],
        status: ConnectionStatus = .pending, reason: String? = nil, generation: Int = 0, clocks: Clocks = Clocks(),
        trouble: Trouble = Trouble(), nextRenewalAt: Instant? = nil, lastProvenAt: Instant? = nil, createdAt: Instant
    ) {
        self.id = id
        self.path = path
        self.provider = provider
        self.access = access
        self.name = name
        self.accountFingerprint = accountFingerprint
        self.scopes = scopes
        self.metadata = metadata
        self.status = status
        self.reason = reason
        self.generation = generation
        self.clocks = clocks
        self.trouble = trouble
        self.nextRenewalAt = nextRenewalAt
        self.lastProvenAt = lastProvenAt
        self.createdAt = createdAt
    }

    package var organization: ID<Organization> { path.last }

    /// Notes that it was shown to work, if that is news.
    package mutating func noteProof(at time: Instant?) {
        guard let time else { return }
        lastProvenAt = max(lastProvenAt ?? time, time)
    }

    /// Gives it another status, if that may follow.
    ///
    /// - Returns: What is to be told, nil where it was so before or may not be.
    package mutating func become(_ next: ConnectionStatus, because reason: String?) -> ConnectionEvent.Kind? {
        guard next != status else {
            self.reason = reason
            return nil
        }
        guard status.successors.contains(next) else { return nil }
        let before = status
        status = next
        self.reason = reason
        return ConnectionEvent.Kind(from: before, to: next)
    }
}

/// Our client at a provider: what it is called there, whose secrets stand elsewhere, sealed, and what is wrong with it.
package struct ProviderAccess: Entity, Hashable, Sendable {
    package static let prefix = "pac"

    package let id: ID<ProviderAccess>
    /// The operator's own, under whose key its secrets are sealed.
    package let organization: ID<Organization>
    package let provider: String
    /// Its `client_id` there.
    package let clientID: String
    /// What the operator must put right, nil for nothing. Connections are none the worse for it.
    package var fault: String?
    package var faultyFrom: Instant?
    package let createdAt: Instant

    package init(
        id: ID<ProviderAccess>, organization: ID<Organization>, provider: String, clientID: String,
        fault: String? = nil, faultyFrom: Instant? = nil, createdAt: Instant
    ) {
        self.id = id
        self.organization = organization
        self.provider = provider
        self.clientID = clientID
        self.fault = fault
        self.faultyFrom = faultyFrom
        self.createdAt = createdAt
    }
}
