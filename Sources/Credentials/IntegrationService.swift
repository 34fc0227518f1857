package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy
package import ProductDefinition

/// What a new integration needs, as it came in.
package struct IntegrationDraft: Sendable {
    package var label: String
    /// Nil for those that the product gives a new integration.
    package var scopes: [String]?
    /// Addresses and blocks. Nil for those that the product gives a new integration, an inner nil for anywhere.
    package var allowedAddresses: [String]??
    /// Such as `100/minute`, nil for what product and plan give.
    package var callLimit: String?
    /// Nil for the product's own lifetime.
    package var accessTokenSeconds: Int?
    /// `sealed` or `jwt`, nil for `sealed`.
    package var tokenFormat: String?

    package init(
        label: String, scopes: [String]?, allowedAddresses: [String]?? = nil, accessTokenSeconds: Int? = nil,
        tokenFormat: String? = nil, callLimit: String? = nil
    ) {
        self.label = label
        self.scopes = scopes
        self.allowedAddresses = allowedAddresses
        self.accessTokenSeconds = accessTokenSeconds
        self.tokenFormat = tokenFormat
        self.callLimit = callLimit
    }
}

/// What is to change of an integration. Nil leaves a member as it is; an inner nil sets it to null.
package struct IntegrationEdit: Sendable {
    package var label: String?
    package var scopes: [String]?
    package var allowedAddresses: [String]??
    package var callLimit: String??
    package var accessTokenSeconds: Int??
    package var tokenFormat: String?

    package init(
        label: String? = nil, scopes: [String]? = nil, allowedAddresses: [String]?? = nil,
        accessTokenSeconds: Int?? = nil, tokenFormat: String? = nil, callLimit: String?? = nil
    ) {
        self.label = label
        self.scopes = scopes
        self.allowedAddresses = allowedAddresses
        self.accessTokenSeconds = accessTokenSeconds
        self.tokenFormat = tokenFormat
        self.callLimit = callLimit
    }
}

/// Clients that act for themselves.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done: first what the actor must
/// not know of, then the lacking permission, then all bad fields, then rights that the actor lacks itself (law 11).
package struct IntegrationService: Sendable {
    let product: Product
    let rotation: ClientSecretRotation
    let safe: ClientSecretSafe
    let peppers: @Sendable () -> Peppers
    let now: @Sendable () -> Instant

    /// - Parameter safe: Where secrets are kept, if the product has them be looked at again.
    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, safe: ClientSecretSafe,
        now: @escaping @Sendable () -> Instant
    ) {
        self.product = product
        self.safe = safe
        self.peppers = peppers
        rotation = ClientSecretRotation(product: product, peppers: peppers, safe: safe)
        self.now = now
    }

    /// Makes an integration with its first secret.
    package func create(
        _ draft: IntegrationDraft, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<Integration> {
        let organization = try tx.organization(id, where: actor, may: .integrationsManage)
        let now = now()
        var checks = FieldChecks()
        let integration = Integration(
            id: ID(at: now.milliseconds), organization: id, label: checks.line("label", draft.label),
            scopes: scopes(draft.scopes, &checks),
            addresses: draft.allowedAddresses.map { checks.addresses($0) } ?? product.policy.integrations.addresses,
            callLimit: checks.callLimit(draft.callLimit),
            accessTokenSeconds: check(draft.accessTokenSeconds, &checks),
            tokenFormat: draft.tokenFormat.map { checks.word("token_format", $0, orElse: .sealed) } ?? .sealed,
            createdAt: now, createdBy: actor.label)
        try checks.finish()
        try requireGivable(integration.scopes, in: organization, by: actor, tx: tx)
        let terms = try tx.terms(of: organization.account, in: product)
        try terms.require(.apiAccess)
        try requireRoom(in: id, tx: tx)
        let limit = terms.maximum(of: .integrations)
        guard try !tx.holdsIntegrations(account: organization.account, atLeast: limit) else {
            throw Refusal.full(code: "integration_limit", of: .integration, limit, calling: product.words)
        }
        try tx.insert(integration, account: organization.account)
        if let maker = actor.member { try tx.setSteward(maker, of: .integration(integration.id)) }
        let secret = try rotation.issue(to: .integration(integration.id), of: id, at: now, tx: tx)
        try note(
            .integrationCreated, integration, ["label": integration.label, "scopes": integration.scopes.text],
            by: actor, at: now, tx: tx)
        return Issued(integration, secret: secret)
    }

    /// The integrations of an organization that a filter leaves, and on request of those below it, oldest first.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, _ filter: CredentialFilter? = nil, page: Page,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<Integration> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .integrationsRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.integrations(extent, filter, after: after, limit: limit)
        }
    }

    /// One integration.
    package func get(
        _ id: ID<Integration>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Integration {
        try find(id, in: organization, where: actor, may: .integrationsRead, tx: tx).integration
    }

    /// Changes what is given.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func edit(
        _ id: ID<Integration>, in organizationID: ID<Organization>, _ edit: IntegrationEdit,
        expecting condition: RevisionCondition = .any, as actor: Actor, tx: borrowing Transaction
    ) throws -> Integration {
        let (before, organization) = try find(id, in: organizationID, where: actor, may: .integrationsManage, tx: tx)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        var after = before
        if let label = edit.label { after.label = checks.line("label", label) }
        if let scopes = edit.scopes { after.scopes = checks.scopes(scopes, of: product) }
        if let addresses = edit.allowedAddresses { after.addresses = checks.addresses(addresses) }
        if let limit = edit.callLimit { after.callLimit = checks.callLimit(limit) }
        if let seconds = edit.accessTokenSeconds { after.accessTokenSeconds = check(seconds, &checks) }
        if let format = edit.tokenFormat { after.tokenFormat = checks.word("token_format", format, orElse: .sealed) }
        try checks.finish()
        try actor.requiresRights(in: before.scopes)
        try requireGivable(after.scopes, in: organization, by: actor, tx: tx)
        guard after != before else { return before }
        after.revision += 1
        try tx.update(after)
        let fields = [
            after.label != before.label ? "label" : nil, after.scopes != before.scopes ? "scopes" : nil,
            after.addresses != before.addresses ? "allowed_addresses" : nil,
            after.callLimit != before.callLimit ? "call_limit" : nil,
            after.accessTokenSeconds != before.accessTokenSeconds ? "access_token_seconds" : nil,
            after.tokenFormat != before.tokenFormat ? "token_format" : nil,
        ].compactMap(\.self)
        try note(
            .integrationChanged, after, ["fields": fields.joined(separator: " "), "scopes": after.scopes.text],
            by: actor, at: now(), tx: tx)
        return after
    }

    /// Gives another secret. The one in force ends at once, or after `overlapSeconds`.
    ///
    /// - Parameters:
    ///   - endsTokens: Whether the access tokens that it was issued so far end with it; else they live on until they expire.
    ///   - force: Rotates although an overlap is still running, and ends the oldest secret.
    package func rotate(
        _ id: ID<Integration>, in organizationID: ID<Organization>, overlapSeconds: Int = 0, endsTokens: Bool = false,
        force: Bool = false, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<Integration> {
        var integration = try find(id, in: organizationID, where: actor, may: .integrationsManage, tx: tx).integration
        let now = now()
        let rotated = try rotation.rotate(
            .integration(id), of: organizationID, with: integration.scopes, overlapSeconds: overlapSeconds,
            force: force,
            as: actor, at: now, tx: tx)
        integration.revision += 1
        var details = ["overlap_seconds": "\(overlapSeconds)"]
        if endsTokens {
            try tx.endTokens(of: id, issuedBefore: now)
            integration.tokensFrom = now
            details["tokens"] = "ended"
        }
        try note(.integrationRotated, integration, details, by: actor, at: now, tx: tx)
        return Issued(integration, secret: rotated.secret, previousExpiresAt: rotated.previousExpiresAt)
    }

    /// Removes an integration. Its secrets and access tokens are accepted no more.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func delete(
        _ id: ID<Integration>, in organizationID: ID<Organization>, expecting condition: RevisionCondition = .any,
        as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let integration = try find(id, in: organizationID, where: actor, may: .integrationsManage, tx: tx).integration
        try require(revision: integration.revision, meets: condition)
        try note(.integrationDeleted, integration, ["label": integration.label], by: actor, at: now(), tx: tx)
        try tx.delete(id)
    }
}

// MARK: - Secrets

extension IntegrationService {
    /// The secrets that work, oldest first: one, or two in the middle of a rotation.
    package func secrets(
        of id: ID<Integration>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [ClientSecretSummary] {
        _ = try find(id, in: organization, where: actor, may: .integrationsRead, tx: tx)
        return try rotation.secrets(of: .integration(id), at: now(), tx: tx)
    }

    /// Moves the end of the older secret, to at most the longest overlap from now.
    package func extendSecret(
        _ secretID: ID<ClientSecret>, of id: ID<Integration>, in organization: ID<Organization>,
        until expiresAt: Instant?, as actor: Actor, tx: borrowing Transaction
    ) throws -> ClientSecretSummary {
        let integration = try find(id, in: organization, where: actor, may: .integrationsManage, tx: tx).integration
        let now = now()
        let extended = try rotation.extend(
            secretID, of: .integration(id), with: integration.scopes, until: expiresAt, as: actor, at: now, tx: tx)
        guard expiresAt != nil else { return extended }
        try note(
            .integrationSecretExtended, integration, ["secret": secretID.description], by: actor, at: now, tx: tx)
        return extended
    }

    /// Has a secret refused until somebody has looked whether it leaked, and ends the access tokens that were issued. Once more changes nothing.
    ///
    /// - Returns: Whether it was accepted before.
    @discardableResult
    package func quarantineSecret(
        _ secretID: ID<ClientSecret>, of id: ID<Integration>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Bool {
        var integration = try find(id, in: organization, where: actor, may: .integrationsManage, tx: tx).integration
        let now = now()
        guard try rotation.quarantine(secretID, of: .integration(id), at: now, tx: tx) else { return false }
        try tx.endTokens(of: id, issuedBefore: now)
        integration.tokensFrom = now
        integration.revision += 1
        try note(
            .integrationSecretQuarantined, integration, ["secret": secretID.description, "tokens": "ended"], by: actor,
            at: now, tx: tx)
        return true
    }

    /// Ends what ``quarantineSecret(_:of:in:as:tx:)`` began. Once more changes nothing.
    package func releaseSecret(
        _ secretID: ID<ClientSecret>, of id: ID<Integration>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let integration = try find(id, in: organization, where: actor, may: .integrationsManage, tx: tx).integration
        let now = now()
        let wasIn = try rotation.release(
            secretID, of: .integration(id), with: integration.scopes, as: actor, at: now, tx: tx)
        guard wasIn else { return }
        try note(.integrationSecretReleased, integration, ["secret": secretID.description], by: actor, at: now, tx: tx)
    }

    /// One secret that works or is in quarantine, for whoever changes it.
    package func secret(
        _ secretID: ID<ClientSecret>, of id: ID<Integration>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> ClientSecretSummary {
        _ = try find(id, in: organization, where: actor, may: .integrationsManage, tx: tx)
        return try rotation.summary(of: secretID, of: .integration(id), at: now(), tx: tx)
    }

    /// Ends the older secret now. The one in force cannot be ended.
    package func endSecret(
        _ secretID: ID<ClientSecret>, of id: ID<Integration>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let integration = try find(id, in: organization, where: actor, may: .integrationsManage, tx: tx).integration
        let now = now()
        try rotation.end(secretID, of: .integration(id), at: now, tx: tx)
        try note(.integrationSecretEnded, integration, ["secret": secretID.description], by: actor, at: now, tx: tx)
    }
}

// MARK: - Tokens made by hand

// MARK: - Shared steps

extension IntegrationService {
    func find(
        _ id: ID<Integration>, in organizationID: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> (integration: Integration, organization: Organization) {
        let organization = try tx.organization(organizationID, where: actor, may: permission)
        guard let integration = try tx.integration(id), integration.organization == organizationID else {
            throw Refusal.notFound
        }
        return (integration, organization)
    }

    func requireGivable(
        _ scopes: ScopeSet, in organization: Organization, by actor: Actor, tx: borrowing Transaction
    ) throws {
        try actor.requiresRights(in: scopes)
        try tx.requireOperatorsOwn(scopes.permissions, in: organization, field: "scopes")
    }

    func note(
        _ action: AuditAction, _ integration: Integration, _ details: [String: String], by actor: Actor,
        at now: Instant, tx: borrowing Transaction
    ) throws {
        try tx.record(
            action, target: integration.id, in: integration.organization, details: details, by: actor, at: now)
        tx.announce(.integration(integration.id))
    }

    /// The scopes that were said, or those that the product gives where none were.
    private func scopes(_ names: [String]?, _ checks: inout FieldChecks) -> ScopeSet {
        if let names { return checks.scopes(names, of: product) }
        if let scopes = product.policy.integrations.scopes { return scopes }
        checks.refuse("scopes", "required", "Must be given.")
        return .empty
    }

    /// Refuses a second integration where an organization has one. The look and the integration share a transaction, so
    /// that holds under races too.
    private func requireRoom(in organization: ID<Organization>, tx: borrowing Transaction) throws {
        switch product.policy.integrations.perOrganization {
        case .many: return
        case .one:
            guard try tx.holdsIntegration(organization: organization) else { return }
            let word = product.words[.integration].singular
            throw Refusal.limitReached(
                code: "one_integration",
                explanation: """
                    The \(product.words[.organization].singular) has its one \(word) already. Rotate its secret, or delete it \
                    first.
                    """)
        }
    }

    private func check(_ accessTokenSeconds: Int?, _ checks: inout FieldChecks) -> Int? {
        checks.lifetime(
            "access_token_seconds", accessTokenSeconds, maximum: product.policy.accessTokenMaximumSeconds)
    }
}
