package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy
package import ProductDefinition

/// What a new API key needs, as it came in.
package struct APIKeyDraft: Sendable {
    package var name: String
    package var description: String?
    /// Nil for the product's standard lifetime.
    package var lifetimeSeconds: Int?
    package var scopes: [String]
    /// Addresses and blocks, nil for anywhere.
    package var allowedAddresses: [String]?
    /// Such as `100/minute`, nil for what product and plan give.
    package var callLimit: String?

    package init(
        name: String, description: String? = nil, lifetimeSeconds: Int? = nil, scopes: [String],
        allowedAddresses: [String]? = nil, callLimit: String? = nil
    ) {
        self.name = name
        self.description = description
        self.lifetimeSeconds = lifetimeSeconds
        self.scopes = scopes
        self.allowedAddresses = allowedAddresses
        self.callLimit = callLimit
    }
}

/// What is to change of an API key. Nil leaves a member as it is; an inner nil sets it to null. The name never changes, and
/// the lifetime with a rotation alone.
package struct APIKeyEdit: Sendable {
    package var description: String??
    package var scopes: [String]?
    package var allowedAddresses: [String]??
    package var callLimit: String??

    package init(
        description: String?? = nil, scopes: [String]? = nil, allowedAddresses: [String]?? = nil,
        callLimit: String?? = nil
    ) {
        self.description = description
        self.scopes = scopes
        self.allowedAddresses = allowedAddresses
        self.callLimit = callLimit
    }
}

/// Long-lived bearer credentials of organizations.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done: first what the actor must
/// not know of, then the lacking permission, then all bad fields, then rights that the actor lacks itself (law 11).
package struct APIKeyService: Sendable {
    let product: Product
    let peppers: @Sendable () -> Peppers
    let now: @Sendable () -> Instant

    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, now: @escaping @Sendable () -> Instant
    ) {
        self.product = product
        self.peppers = peppers
        self.now = now
    }

    /// Makes a key. An account may have so many that neither are deleted nor have expired as the product says; since the
    /// count and the key share a transaction, that holds under races too (threat K2).
    package func create(
        _ draft: APIKeyDraft, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<APIKey> {
        let now = now()
        guard let place = try tx.placeForAPIKey(id, countingTo: product.mostAPIKeysPerAccount, at: now) else {
            throw Refusal.notFound
        }
        let organization = place.organization
        try actor.requires(.apiKeysManage, in: organization.path)
        let minted = MintedSecret(.apiKey, brand: product.brand)
        let lifetime = draft.lifetimeSeconds ?? product.policy.apiKeyLifetimes.standard
        var checks = FieldChecks()
        checks.keyLifetime(lifetime, within: product.policy)
        let key = APIKey(
            id: ID(at: now.milliseconds), organization: id, name: checks.line("name", draft.name),
            description: checks.text("description", draft.description),
            scopes: checks.scopes(draft.scopes, of: product), addresses: checks.addresses(draft.allowedAddresses),
            callLimit: checks.callLimit(draft.callLimit),
            hint: minted.hint, createdAt: now, expiresAt: now.adding(seconds: lifetime), disabledAt: nil,
            rotatedAt: now, previousExpiresAt: nil, createdBy: actor.label, lastUse: nil)
        try checks.finish()
        try requireGivable(key.scopes, in: organization, by: actor, tx: tx)
        let terms = AccountTerms(of: place.standing, in: product)
        try terms.require(.apiAccess)
        let limit = terms.maximum(of: .apiKeys)
        guard place.liveKeys < limit else {
            throw Refusal.full(
                code: "api_key_limit", of: .apiKey, limit, adding: " that have not expired", calling: product.words)
        }
        try tx.insert(key, digest: minted.digest(under: peppers()), account: organization.account)
        if let maker = actor.member { try tx.setSteward(maker, of: .apiKey(key.id)) }
        try note(.apiKeyCreated, key, ["name": key.name, "scopes": key.scopes.text], by: actor, at: now, tx: tx)
        return Issued(key, secret: minted.reveal())
    }

    /// What is wrong with a draft in itself, but for these fields: for a form that asks in steps.
    package func problems(with draft: APIKeyDraft, but fields: Set<String>) -> [InvalidField] {
        var checks = FieldChecks()
        checks.keyLifetime(
            draft.lifetimeSeconds ?? product.policy.apiKeyLifetimes.standard, within: product.policy)
        _ = checks.line("name", draft.name)
        _ = checks.text("description", draft.description)
        if !fields.contains("scopes") { _ = checks.scopes(draft.scopes, of: product) }
        _ = checks.addresses(draft.allowedAddresses)
        _ = checks.callLimit(draft.callLimit)
        return checks.problems
    }

    /// The keys of an organization that a filter leaves, and on request of those below it, oldest first.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, _ filter: CredentialFilter? = nil, page: Page,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<APIKey> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .apiKeysRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.apiKeys(extent, filter, after: after, limit: limit)
        }
    }

    /// One key.
    package func get(
        _ id: ID<APIKey>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> APIKey {
        try find(id, in: organization, where: actor, may: .apiKeysRead, tx: tx).key
    }

    /// Changes what is given.
    ///
    /// - Parameters:
    ///   - condition: What the caller demands of the revision.
    ///   - force: Does so although it is the operator's last key that manages accounts.
    package func edit(
        _ id: ID<APIKey>, in organizationID: ID<Organization>, _ edit: APIKeyEdit,
        expecting condition: RevisionCondition = .any, force: Bool = false,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> APIKey {
        let (before, organization) = try find(id, in: organizationID, where: actor, may: .apiKeysManage, tx: tx)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        var after = before
        if let description = edit.description { after.description = checks.text("description", description) }
        if let scopes = edit.scopes { after.scopes = checks.scopes(scopes, of: product) }
        if let addresses = edit.allowedAddresses { after.addresses = checks.addresses(addresses) }
        if let limit = edit.callLimit { after.callLimit = checks.callLimit(limit) }
        try checks.finish()
        try actor.requiresRights(in: before.scopes)
        try requireGivable(after.scopes, in: organization, by: actor, tx: tx)
        guard after != before else { return before }
        if !after.managesAccounts { try requireAnotherWayIn(than: before, in: organization, force: force, tx: tx) }
        after.revision += 1
        try tx.update(after)
        let fields = [
            after.description != before.description ? "description" : nil,
            after.scopes != before.scopes ? "scopes" : nil,
            after.addresses != before.addresses ? "allowed_addresses" : nil,
            after.callLimit != before.callLimit ? "call_limit" : nil,
        ].compactMap(\.self)
        try note(
            .apiKeyChanged, after, ["fields": fields.joined(separator: " "), "scopes": after.scopes.text], by: actor,
            at: now(), tx: tx)
        return after
    }

    /// Gives another secret. The one in force ends at once, or after `overlapSeconds`.
    ///
    /// - Parameters:
    ///   - lifetimeSeconds: How long the key is good from now on; nil leaves its end where it is.
    ///   - force: Rotates although an overlap is still running, and ends the oldest secret; and although the operator's
    ///     last key that manages accounts would end earlier than it does.
    package func rotate(
        _ id: ID<APIKey>, in organizationID: ID<Organization>, overlapSeconds: Int = 0, lifetimeSeconds: Int? = nil,
        force: Bool = false, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<APIKey> {
        let (before, organization) = try find(id, in: organizationID, where: actor, may: .apiKeysManage, tx: tx)
        var checks = FieldChecks()
        checks.overlap(overlapSeconds, within: product.policy)
        if let lifetimeSeconds { checks.keyLifetime(lifetimeSeconds, within: product.policy) }
        try checks.finish()
        try requireGivable(before.scopes, in: organization, by: actor, tx: tx)
        let now = now()
        guard before.expiresAt > now else { throw Refusal.expired }
        if let running = before.previousExpiresAt, running > now, !force { throw Refusal.rotationInProgress }
        let minted = MintedSecret(.apiKey, brand: product.brand)
        var after = before
        after.hint = minted.hint
        // The times when they were made tell a key's secrets apart.
        after.rotatedAt = max(now, before.rotatedAt.next)
        if let lifetimeSeconds { after.expiresAt = now.adding(seconds: lifetimeSeconds) }
        if after.expiresAt < before.expiresAt {
            try requireAnotherWayIn(than: before, in: organization, force: force, tx: tx)
        }
        after.previousExpiresAt =
            overlapSeconds > 0 ? min(now.adding(seconds: overlapSeconds), before.expiresAt, after.expiresAt) : nil
        after.revision += 1
        try tx.rotate(after, to: minted.digest(under: peppers()))
        var details = ["overlap_seconds": "\(overlapSeconds)"]
        if let lifetimeSeconds { details["lifetime_seconds"] = "\(lifetimeSeconds)" }
        try note(.apiKeyRotated, after, details, by: actor, at: now, tx: tx)
        return Issued(after, secret: minted.reveal(), previousExpiresAt: after.previousExpiresAt)
    }

    /// Makes a key worthless until it is enabled. Once more changes nothing.
    ///
    /// - Parameter force: Does so although it is the operator's last key that manages accounts.
    package func disable(
        _ id: ID<APIKey>, in organizationID: ID<Organization>, force: Bool = false, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> APIKey {
        let (key, organization) = try find(id, in: organizationID, where: actor, may: .apiKeysManage, tx: tx)
        guard key.disabledAt == nil else { return key }
        try requireAnotherWayIn(than: key, in: organization, force: force, tx: tx)
        return try setDisabled(key, since: now(), as: actor, tx: tx)
    }

    /// Ends what ``disable(_:in:force:as:tx:)`` began. Once more changes nothing.
    package func enable(
        _ id: ID<APIKey>, in organizationID: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> APIKey {
        let (key, organization) = try find(id, in: organizationID, where: actor, may: .apiKeysManage, tx: tx)
        try requireGivable(key.scopes, in: organization, by: actor, tx: tx)
        guard key.disabledAt != nil else { return key }
        return try setDisabled(key, since: nil, as: actor, tx: tx)
    }

    private func setDisabled(
        _ key: APIKey, since instant: Instant?, as actor: Actor, tx: borrowing Transaction
    ) throws -> APIKey {
        var key = key
        key.disabledAt = instant
        key.revision += 1
        try tx.setDisabled(key.id, since: instant)
        try note(instant == nil ? .apiKeyEnabled : .apiKeyDisabled, key, [:], by: actor, at: now(), tx: tx)
        return key
    }

    /// Removes a key.
    ///
    /// - Parameters:
    ///   - condition: What the caller demands of the revision.
    ///   - force: Does so although it is the operator's last key that manages accounts.
    package func delete(
        _ id: ID<APIKey>, in organizationID: ID<Organization>, expecting condition: RevisionCondition = .any,
        force: Bool = false, as actor: Actor, tx: borrowing Transaction
    ) throws {
        let (key, organization) = try find(id, in: organizationID, where: actor, may: .apiKeysManage, tx: tx)
        try require(revision: key.revision, meets: condition)
        try requireAnotherWayIn(than: key, in: organization, force: force, tx: tx)
        try note(.apiKeyDeleted, key, ["name": key.name], by: actor, at: now(), tx: tx)
        try tx.delete(id)
    }
}

// MARK: - Secrets

extension APIKeyService {
    /// The secrets that work, oldest first: one, or two in the middle of a rotation. None of a key that has expired.
    package func secrets(
        of id: ID<APIKey>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [APIKeySecret] {
        let key = try find(id, in: organization, where: actor, may: .apiKeysRead, tx: tx).key
        let now = now()
        guard key.expiresAt > now else { return [] }
        return try tx.secrets(ofAPIKey: id).filter { $0.isLive(at: now) }
    }

    /// Moves the end of the older secret, to at most the longest overlap from now and the end of the key. Nil leaves it where
    /// it is.
    package func extendSecret(
        _ secretID: ID<APIKeySecret>, of id: ID<APIKey>, in organizationID: ID<Organization>, until expiresAt: Instant?,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> APIKeySecret {
        let (key, organization) = try find(id, in: organizationID, where: actor, may: .apiKeysManage, tx: tx)
        let now = now()
        var secret = try ending(secretID, of: key, at: now, tx: tx)
        var checks = FieldChecks()
        if let expiresAt {
            checks.secretEnd(expiresAt, within: product.policy, at: now)
            checks.require(
                expiresAt <= key.expiresAt, "expires_at", "after_key", "Must not be after the end of the key.")
        }
        try checks.finish()
        try requireGivable(key.scopes, in: organization, by: actor, tx: tx)
        guard let expiresAt else { return secret }
        try tx.setPreviousSecretExpiry(of: id, to: expiresAt)
        try note(.apiKeySecretExtended, key, ["secret": secretID.description], by: actor, at: now, tx: tx)
        secret.expiresAt = expiresAt
        return secret
    }

    /// Ends the older secret now. The one in force cannot be ended.
    package func endSecret(
        _ secretID: ID<APIKeySecret>, of id: ID<APIKey>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let key = try find(id, in: organization, where: actor, may: .apiKeysManage, tx: tx).key
        let now = now()
        _ = try ending(secretID, of: key, at: now, tx: tx)
        try tx.endPreviousSecret(of: id)
        try note(.apiKeySecretEnded, key, ["secret": secretID.description], by: actor, at: now, tx: tx)
    }

    /// The older secret of a key that is in the middle of a rotation: the one that can be extended or ended.
    private func ending(
        _ id: ID<APIKeySecret>, of key: APIKey, at now: Instant, tx: borrowing Transaction
    ) throws -> APIKeySecret {
        guard key.expiresAt > now,
            let secret = try tx.secrets(ofAPIKey: key.id).first(where: { $0.id == id }), secret.isLive(at: now)
        else { throw Refusal.notFound }
        guard secret.expiresAt != nil else { throw Refusal.secretInForce }
        return secret
    }
}

extension APIKeyService {
    private func find(
        _ id: ID<APIKey>, in organizationID: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> (key: APIKey, organization: Organization) {
        let organization = try tx.organization(organizationID, where: actor, may: permission)
        guard let key = try tx.apiKey(id), key.organization == organizationID else { throw Refusal.notFound }
        return (key, organization)
    }

    /// Refuses to take away the operator's last key that manages accounts, or time from it: when it is gone nobody can make
    /// another one by the API.
    private func requireAnotherWayIn(
        than key: APIKey, in organization: Organization, force: Bool, tx: borrowing Transaction
    ) throws {
        let now = now()
        guard !force, key.managesAccounts, key.state(at: now) == .active, let scope = Permission.accountsManage.scope,
            try tx.lastEnd(ofAPIKeysWith: scope, account: organization.account, but: key.id, at: now) == nil
        else { return }
        throw Refusal.lastOperatorKey(product.words)
    }

    private func requireGivable(
        _ scopes: ScopeSet, in organization: Organization, by actor: Actor, tx: borrowing Transaction
    ) throws {
        try actor.requiresRights(in: scopes)
        try tx.requireOperatorsOwn(scopes.permissions, in: organization, field: "scopes")
    }

    private func note(
        _ action: AuditAction, _ key: APIKey, _ details: [String: String], by actor: Actor, at now: Instant,
        tx: borrowing Transaction
    ) throws {
        try tx.record(action, target: key.id, in: key.organization, details: details, by: actor, at: now)
        tx.announce(.apiKey(key.id))
    }
}

extension APIKey {
    /// Whether it may make and change accounts, as only keys of the operator may.
    fileprivate var managesAccounts: Bool { Permission.accountsManage.scope.map(scopes.contains) ?? false }
}

extension Refusal {
    fileprivate static func lastOperatorKey(_ words: ProductWords) -> Refusal {
        .conflict(
            code: "last_operator_key",
            explanation: """
                It is the operator's last key that manages \(words[.account].plural). Make another one first; or force it, after \
                which only `claviger operator-key new` leads back in.
                """)
    }

    fileprivate static var expired: Refusal {
        .conflict(code: "expired", explanation: "It has expired. Make another one.")
    }
}
