import CredentialFormat
package import Model
package import Persistence
package import Policy
package import ProductDefinition
package import Tokens
import Synchronization

/// The one verifier of law 4: every bearer credential, on every route, is judged here.
///
/// ``judge(_:_:at:findings:)`` is synchronous and asks memory alone. What memory lacks it names; ``find(_:into:from:at:)``
/// looks that up. Every door does the one, and if need be the other and then the one again.
package final class CredentialVerifier: Sendable {
    package let memory: VerifierMemory
    package let revoked: RevokedTokens
    package let usage: UsageLedger
    private let store: any Store
    private let keyRing: KeyRing
    private let seal: AccessTokenSeal
    private let issuer: String
    private let brand: Brand
    private let limit: LookUpLimit

    /// A verifier over `store`. Register ``hear(_:at:)`` with the store, so that it hears of changes.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, revoked: RevokedTokens,
        memory: VerifierMemory = VerifierMemory(), limit: LookUpLimit = LookUpLimit()
    ) {
        self.store = store
        self.keyRing = keyRing
        self.issuer = issuer
        self.revoked = revoked
        self.memory = memory
        self.limit = limit
        brand = product.brand
        seal = AccessTokenSeal(brand: product.brand, issuer: issuer)
        usage = UsageLedger(store: store)
    }

    /// Hears what was committed, before it is answered.
    package func hear(_ changes: [Change], at now: Instant) {
        for change in changes {
            if case .revokedToken(let id, let expiresAt) = change {
                revoked.insert(id, expiresAt: expiresAt, now: now)
            }
            memory.forget(change)
        }
    }

    /// The verdict on the credential that `text` is, or what is missing for it.
    package func judge(
        _ text: String, _ demand: Demand, at now: Instant, findings: Findings = .none
    ) -> Partial<Verdict> {
        let fingerprint = Fingerprint(of: text)
        let known: KnownCredential
        switch recall(fingerprint, text, findings) {
        case .answer(.some(let credential)): known = credential
        case .answer(.none): return .answer(.refused(.unknown))
        case .missing(let missing): return .missing(missing)
        case nil: return .answer(.refused(.malformed))
        }
        var named: Standing?
        if let id = demand.organization, id != known.standing.organization {
            switch standing(of: id, findings) {
            case .answer(let standing): named = standing
            case .missing(let missing): return .missing(missing)
            }
        } else {
            named = known.standing
        }
        let verdict = known.judge(demand, in: named, revoked: revoked, at: now)
        if case .admitted = verdict, let cell = known.usage {
            usage.count(cell, at: now, from: demand.address)
        }
        return .answer(verdict)
    }

    /// The credential as memory or the findings have it, `.answer(nil)` where it does not exist, nil for what cannot be
    /// one of ours.
    private func recall(
        _ fingerprint: Fingerprint, _ text: String, _ findings: Findings
    ) -> Partial<KnownCredential?>? {
        if let known = memory.credentials[fingerprint] {
            if known.isCurrent { return .answer(known) }
            memory.credentials.remove(fingerprint)
        }
        if let found = findings.apiKeys[fingerprint] { return .answer(found) }
        if memory.unknownCredentials[fingerprint] != nil { return .answer(nil) }
        if let secret = PresentedSecret(parsing: Array(text.utf8), brand: brand) {
            // Client secrets and the like are no bearer credentials.
            return secret.kind == .apiKey ? .missing(.apiKey(fingerprint, secret)) : nil
        }
        guard let token = accessToken(text) else { return nil }
        return recall(token, fingerprint, findings)
    }

    private func recall(
        _ token: AccessToken, _ fingerprint: Fingerprint, _ findings: Findings
    ) -> Partial<KnownCredential?> {
        switch client(.integration(token.client), findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let client):
            guard let client, let integration = client.integration,
                integration.organization == token.organization
            else { return .answer(nil) }
            let known = KnownCredential(token, of: client, integration: integration)
            memory.credentials.insert(known, for: fingerprint)
            return .answer(known)
        }
    }

    /// The access token that `text` is, sealed or signed by us, whatever has become of it since. No proof of anything
    /// but that we made it.
    package func accessToken(_ text: String) -> AccessToken? {
        guard text.utf8.count <= CredentialText.maximumLength else { return nil }
        let bytes = Array(text.utf8)
        return seal.open(bytes, with: keyRing.keys)
            ?? JWTAccessToken.verify(bytes, issuer: issuer, with: keyRing.keys)
    }

    /// Whether `text` has the form of an API key of ours.
    package func isAPIKey(_ text: String) -> Bool {
        PresentedSecret(parsing: Array(text.utf8), brand: brand)?.kind == .apiKey
    }

    /// The audiences of all resource servers.
    package func audiences(_ findings: Findings) -> Partial<Set<String>> {
        if let known = memory.audiences.withLock(\.self), known.validity.holds { return .answer(known.names) }
        if let found = findings.audiences { return .answer(found) }
        return .missing(.audiences)
    }

    /// The client, nil inside the answer where there is none.
    package func client(_ id: ClientID, _ findings: Findings) -> Partial<KnownClient?> {
        if let known = memory.clients[id] {
            if known.isCurrent { return .answer(known) }
            memory.clients.remove(id)
        }
        if let found = findings.clients[id] { return .answer(found) }
        if memory.unknownClients[id] != nil { return .answer(nil) }
        return .missing(.client(id))
    }

    private func standing(of id: ID<Organization>, _ findings: Findings) -> Partial<Standing?> {
        if let known = memory.organizations[id] {
            if known.isCurrent { return .answer(known) }
            memory.organizations.remove(id)
        }
        if let found = findings.organizations[id] { return .answer(found) }
        return .missing(.organization(id))
    }
}

extension CredentialVerifier {
    /// The verdict, looking up what memory lacks.
    ///
    /// - Throws: ``LookUpRefused`` where too many look-ups found nothing, ``StoreError``.
    package func verdict(on text: String, _ demand: Demand, at now: Instant) async throws -> Verdict {
        try await complete(from: demand.address, at: now) { findings in
            judge(text, demand, at: now, findings: findings)
        }
    }

    /// The answer that `judge` gives once everything that it lacks was looked up.
    ///
    /// - Throws: ``LookUpRefused``, ``StoreError``, and what `judge` throws.
    package func complete<Answer: Sendable>(
        from address: IPAddress?, at now: Instant, _ judge: (Findings) throws -> Partial<Answer>
    ) async throws -> Answer {
        var findings = Findings()
        // A judgement lacks at most a credential or two clients and an organization. More would be a mistake of ours.
        for _ in 0..<6 {
            switch try judge(findings) {
            case .answer(let answer): return answer
            case .missing(let missing): try await find(missing, into: &findings, from: address, at: now)
            }
        }
        throw LookUpRefused()
    }

    private func find(
        _ missing: Missing, into findings: inout Findings, from address: IPAddress?, at now: Instant
    ) async throws {
        guard limit.take(from: address, at: now) else { throw LookUpRefused() }
        let mark = memory.changes.mark()
        let isFound: Bool
        switch missing {
        case .apiKey(let fingerprint, let secret):
            let known = try await apiKey(secret, fingerprint, since: mark)
            findings.apiKeys.updateValue(known, forKey: fingerprint)
            isFound = known != nil
        case .client(let id):
            let known = try await client(id, since: mark)
            findings.clients.updateValue(known, forKey: id)
            isFound = known != nil
        case .audiences:
            let names = try await audiences(since: mark)
            findings.audiences = names
            isFound = true
        case .organization(let id):
            let known = try await organization(id, since: mark)
            findings.organizations.updateValue(known, forKey: id)
            isFound = known != nil
        }
        if isFound { limit.giveBack(from: address) }
    }

    private func apiKey(
        _ secret: PresentedSecret, _ fingerprint: Fingerprint, since mark: ChangeLog.Mark
    ) async throws -> KnownCredential? {
        let digests = keyRing.keys.peppers.all.map(secret.digest(under:))
        let stored: APIKeyForVerification? = try await store.read { tx in
            for digest in digests {
                if let key = try tx.apiKeyForVerification(matching: digest) { return key }
            }
            return nil
        }
        guard let stored else {
            memory.unknownCredentials.insert(true, for: fingerprint)
            // Asked after remembering: a key that is made from here on finds the entry and removes it (threat K7).
            if !memory.changes.isUnchanged(since: mark, \.mayCreateAPIKey) {
                memory.unknownCredentials.remove(fingerprint)
            }
            return nil
        }
        let standing = standing(stored.standing, since: mark)
        let validity = memory.keyValidities.validity(of: stored.key.id) {
            memory.changes.isUnchanged(since: mark) { $0 == .apiKey(stored.key.id) }
        }
        let expiresAt = stored.isPrevious ? stored.key.previousExpiresAt ?? stored.key.createdAt : stored.key.expiresAt
        let known = KnownCredential(
            stored.key, expiresAt: min(expiresAt, stored.key.expiresAt), scopes: stored.key.scopes,
            standing: standing.value, validity: validity ?? Validity())
        if validity != nil, standing.mayBeRemembered { memory.credentials.insert(known, for: fingerprint) }
        return known
    }

    private func client(_ id: ClientID, since mark: ChangeLog.Mark) async throws -> KnownClient? {
        let stored = try await store.read { tx in try tx.client(id) }
        let isUnchanged = { [changes = memory.changes] in changes.isUnchanged(since: mark) { $0.concerns(id) } }
        guard let stored else {
            memory.unknownClients.insert(true, for: id)
            if !isUnchanged() { memory.unknownClients.remove(id) }
            return nil
        }
        let standing = standing(stored.standing, since: mark)
        let validity = memory.clientValidities.validity(of: id, isUnchanged: isUnchanged)
        let known = KnownClient(
            id: id, kind: stored.kind, secrets: stored.secrets, standing: standing.value,
            validity: validity ?? Validity())
        if validity != nil, standing.mayBeRemembered { memory.clients.insert(known, for: id) }
        return known
    }

    private func audiences(since mark: ChangeLog.Mark) async throws -> Set<String> {
        let names = Set(try await store.read { tx in try tx.registeredAudiences() })
        let validity = Validity()
        memory.audiences.withLock { known in
            if memory.changes.isUnchanged(since: mark, \.concernsAudiences) { known = (names, validity) }
        }
        return names
    }

    private func organization(_ id: ID<Organization>, since mark: ChangeLog.Mark) async throws -> Standing? {
        guard let stored = try await store.read({ tx in try tx.standing(of: id) }) else { return nil }
        return standing(stored, since: mark).value
    }

    /// The standing of an organization that was just read, shared with all that is remembered of it.
    private func standing(
        _ stored: StoredStanding, since mark: ChangeLog.Mark
    ) -> (value: Standing, mayBeRemembered: Bool) {
        if let known = memory.organizations[stored.path.last], known.isCurrent {
            let isUnchanged = memory.changes.isUnchanged(since: mark) { $0.concerns(stored.path) }
            if isUnchanged { return (known, true) }
        }
        var validities: [Validity] = []
        for id in stored.path.identifiers {
            let validity = memory.organizationValidities.validity(of: id) {
                memory.changes.isUnchanged(since: mark) { $0 == .organization(id) }
            }
            if let validity { validities.append(validity) }
        }
        let standing = Standing(
            path: stored.path, isSuspended: stored.isSuspended, isOperator: stored.isOperator, validities: validities)
        let mayBeRemembered = validities.count == stored.path.identifiers.count
        if mayBeRemembered { memory.organizations.insert(standing, for: stored.path.last) }
        return (standing, mayBeRemembered)
    }
}

/// Too many look-ups found nothing lately, from the caller's address or in all.
package struct LookUpRefused: Error {}

extension Change {
    fileprivate var mayCreateAPIKey: Bool {
        switch self {
        case .apiKey, .keyRing: true
        default: false
        }
    }

    fileprivate var concernsAudiences: Bool {
        if case .resourceServer = self { true } else { false }
    }

    fileprivate func concerns(_ client: ClientID) -> Bool {
        switch (self, client) {
        case (.integration(let changed), .integration(let id)): changed == id
        case (.resourceServer(let changed), .resourceServer(let id)): changed == id
        default: false
        }
    }

    fileprivate func concerns(_ path: OrganizationPath) -> Bool {
        if case .organization(let id) = self { path.contains(id) } else { false }
    }
}
