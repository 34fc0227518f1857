package import CredentialFormat
package import Model
import Organizations
package import Persistence
package import Policy
package import ProductDefinition
package import Tokens
import Synchronization

/// The one verifier of law 4: every bearer credential, on every route, is judged here.
///
/// ``judge(_:_:at:findings:)`` is synchronous and asks memory alone. What memory lacks it names;
/// ``complete(from:at:_:)`` looks that up. Every door does the one, and if need be the other and then the one again.
///
/// Memory is asked only while ``hearing`` is current. Otherwise all of it is missing: the credential, its client, its
/// organization, whether it was revoked, and the keys.
package final class CredentialVerifier: Sendable {
    package let memory: VerifierMemory
    package let revoked: RevokedTokens
    package let usage: UsageLedger
    package let hearing: Hearing
    let store: any Store
    let keyRing: KeyRing
    let limit: LookUpLimit
    let newcomers = Newcomers()
    let roles: RoleService
    let plans: PlanCatalogue
    private let seal: AccessTokenSeal
    private let issuer: String
    let brand: Brand

    /// A verifier over `store`. Register ``hear(_:at:)`` with the store, so that it hears of changes.
    ///
    /// - Parameter hearing: Whether memory may be believed. Where others write to the same database, ``RevocationFeed``
    ///   says so.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, revoked: RevokedTokens,
        memory: VerifierMemory = VerifierMemory(), limit: LookUpLimit = LookUpLimit(), hearing: Hearing = .always
    ) {
        self.store = store
        self.keyRing = keyRing
        self.issuer = issuer
        self.revoked = revoked
        self.memory = memory
        self.limit = limit
        self.hearing = hearing
        brand = product.brand
        roles = RoleService(product: product)
        plans = product.plans
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
            newcomers.note(change)
        }
    }

    /// The verdict on the credential that `text` is, or what is missing for it.
    ///
    /// A judgement may be made several times before one of them is answered, so it counts no use: whoever answers does
    /// (``countUse(of:at:from:)``).
    package func judge(
        _ text: String, _ demand: Demand, at now: Instant, findings: Findings = .none
    ) -> Partial<Verdict> {
        // Asked once, so that one judgement looks at the clock once.
        let recalls = recalls(findings)
        let fingerprint = Fingerprint(of: text)
        let known: KnownCredential
        switch credential(fingerprint, text, findings, recalls: recalls) {
        case .answer(.some(let credential)): known = credential
        case .answer(.none): return .answer(.refused(.unknown))
        case .missing(let missing): return .missing(missing)
        case nil: return .answer(.refused(.malformed))
        }
        if case .accessToken(let token, _) = known.kind {
            switch isRevoked(token.id, findings, recalls: recalls) {
            case .answer(true): return .answer(.refused(.revoked))
            case .answer(false): break
            case .missing(let missing): return .missing(missing)
            }
        }
        var named: Standing?
        if let id = demand.organization, id != known.standing.organization {
            switch standing(of: id, findings, recalls: recalls) {
            case .answer(let standing): named = standing
            case .missing(let missing): return .missing(missing)
            }
        } else {
            named = known.standing
        }
        return .answer(known.judge(demand, in: named, at: now))
    }

    /// Counts a use of a credential. Called once for each answer that goes out and says that it was accepted. Tokens have no
    /// row: one of an app is a use of the app and of the grant, any other is not counted.
    ///
    /// - Parameter address: From where it was used, nil if nobody knows.
    package func countUse(of caller: VerifiedCaller, at now: Instant, from address: IPAddress?) {
        let credential = caller.credential
        if let cell = credential.usage { usage.count(cell, at: now, from: address) }
        guard let lineage = credential.lineage else { return }
        usage.count(lineage.usage, at: now, from: address)
        if case .accessToken(_, of: let client) = credential.kind, let cell = client.usage {
            usage.count(cell, at: now, from: address)
        }
    }

    /// Whether memory may be asked.
    func recalls(_ findings: Findings) -> Bool {
        hearing.isCurrent || findings.isInGrace
    }

    /// The credential as memory or the findings have it, `.answer(nil)` where it does not exist, nil for what cannot be
    /// one of ours.
    private func credential(
        _ fingerprint: Fingerprint, _ text: String, _ findings: Findings, recalls: Bool
    ) -> Partial<KnownCredential?>? {
        if recalls, let known = memory.credentials[fingerprint], known.isCurrent(inEdition: keyRing.edition) {
            return .answer(known)
        }
        if let found = findings.apiKeys[fingerprint] { return .answer(found) }
        if recalls, isKnownNotToExist(fingerprint) { return .answer(nil) }
        if let secret = PresentedSecret(parsing: Array(text.utf8), brand: brand) {
            // Client secrets and the like are no bearer credentials.
            guard secret.kind == .apiKey else { return nil }
            if case .missing(let missing) = keys(findings, recalls: recalls) { return .missing(missing) }
            return .missing(.apiKey(fingerprint, secret))
        }
        let edition = keyRing.edition
        switch accessToken(text, findings, recalls: recalls) {
        case .answer(.none): return nil
        case .missing(let missing): return .missing(missing)
        case .answer(.some(let token)):
            switch credential(token, findings, edition: edition, recalls: recalls) {
            case .answer(.some(let known)):
                // Keys that were looked up may be of an edition before.
                if recalls, findings.keys == nil { memory.credentials.insert(known, for: fingerprint) }
                return .answer(known)
            case let other: return other
            }
        }
    }

    private func credential(
        _ token: AccessToken, _ findings: Findings, edition: Int, recalls: Bool
    ) -> Partial<KnownCredential?> {
        switch client(token.client, findings, recalls: recalls) {
        case .missing(let missing): return .missing(missing)
        case .answer(.none): return .answer(nil)
        case .answer(.some(let client)):
            switch client.kind {
            case .integration(let integration):
                guard integration.organization == token.organization, integration.accepts(token) else {
                    return .answer(nil)
                }
                return credential(
                    token, of: client, integration: integration, findings, edition: edition, recalls: recalls)
            case .app(let app):
                return credential(token, of: client, app: app, findings, edition: edition, recalls: recalls)
            case .resourceServer: return .answer(nil)
            }
        }
    }

    private func credential(
        _ token: AccessToken, of client: KnownClient, integration: Integration, _ findings: Findings, edition: Int,
        recalls: Bool
    ) -> Partial<KnownCredential?> {
        guard let acting = token.contact else {
            return .answer(KnownCredential(token, of: client, integration: integration, edition: edition))
        }
        switch contact(acting.contact, findings, recalls: recalls) {
        case .missing(let missing): return .missing(missing)
        case .answer(.none): return .answer(nil)
        case .answer(.some(let contact)):
            guard contact.organization == token.organization else { return .answer(nil) }
            switch contact.standing(by: acting.proof) {
            case .gone: return .answer(nil)
            case .good, .disabled:
                return .answer(
                    KnownCredential(token, of: client, integration: integration, for: contact, edition: edition))
            }
        }
    }

    private func credential(
        _ token: AccessToken, of client: KnownClient, app: App, _ findings: Findings, edition: Int, recalls: Bool
    ) -> Partial<KnownCredential?> {
        guard let id = token.lineage else { return .answer(nil) }
        let lineage: KnownLineage
        switch self.lineage(id, findings, recalls: recalls) {
        case .missing(let missing): return .missing(missing)
        case .answer(.none): return .answer(nil)
        case .answer(.some(let known)): lineage = known
        }
        guard lineage.app == app.id, lineage.organization == token.organization,
            token.subject == lineage.member.description
        else { return .answer(nil) }
        switch standing(of: lineage.organization, findings, recalls: recalls) {
        case .missing(let missing): return .missing(missing)
        case .answer(.none): return .answer(nil)
        case .answer(.some(let standing)):
            return .answer(
                KnownCredential(token, of: client, app: app, lineage: lineage, in: standing, edition: edition))
        }
    }

    func isKnownNotToExist(_ fingerprint: Fingerprint) -> Bool {
        memory.unknownCredentials[fingerprint] == keyRing.edition
    }

    /// The access token that `text` is, sealed or signed by us, whatever has become of it since. No proof of anything
    /// but that we made it.
    package func accessToken(_ text: String, _ findings: Findings) -> Partial<AccessToken?> {
        accessToken(text, findings, recalls: recalls(findings))
    }

    private func accessToken(_ text: String, _ findings: Findings, recalls: Bool) -> Partial<AccessToken?> {
        guard text.utf8.count <= JWTAccessToken.maximumLength else { return .answer(nil) }
        let bytes = Array(text.utf8)
        switch keys(findings, recalls: recalls) {
        case .answer(let keys):
            let token = seal.open(bytes, with: keys) ?? JWTAccessToken.verify(bytes, issuer: issuer, with: keys)
            if let token { return .answer(token) }
            guard let named = seal.keyNamed(by: bytes), let missing = missing(named, in: keys, findings) else {
                return .answer(nil)
            }
            return .missing(missing)
        case .missing(let missing):
            // What cannot be one of ours costs no look-up.
            return seal.keyNamed(by: bytes) == nil ? .answer(nil) : .missing(missing)
        }
    }

    /// The keys in force.
    package func keys(_ findings: Findings) -> Partial<KeySet> {
        keys(findings, recalls: recalls(findings))
    }

    /// The keys in force, which must have this one if there is such a key.
    package func keys(_ findings: Findings, having named: NamedKey) -> Partial<KeySet> {
        switch keys(findings) {
        case .missing(let missing): .missing(missing)
        case .answer(let keys): missing(named, in: keys, findings).map { .missing($0) } ?? .answer(keys)
        }
    }

    private func keys(_ findings: Findings, recalls: Bool) -> Partial<KeySet> {
        if let found = findings.keys { return .answer(found) }
        return recalls ? .answer(keyRing.keys) : .missing(.keyRing(nil))
    }

    /// What to look up for a key that is not among these: another node may have made it a moment ago. Nil if that is
    /// settled.
    private func missing(_ named: NamedKey, in keys: KeySet, _ findings: Findings) -> Missing? {
        guard findings.keys == nil, !keys.has(named), !isKnownNotToExist(Fingerprint(of: named)) else { return nil }
        return .keyRing(named)
    }

    /// Whether `text` has the form of an API key of ours.
    package func isAPIKey(_ text: String) -> Bool {
        PresentedSecret(parsing: Array(text.utf8), brand: brand)?.kind == .apiKey
    }

    /// Whether a token was revoked.
    package func isRevoked(_ id: ID<AccessToken>, _ findings: Findings) -> Partial<Bool> {
        isRevoked(id, findings, recalls: recalls(findings))
    }

    private func isRevoked(_ id: ID<AccessToken>, _ findings: Findings, recalls: Bool) -> Partial<Bool> {
        // Nobody undoes a revocation, so this is believed at any time.
        if revoked.contains(id) { return .answer(true) }
        if let found = findings.revocations[id] { return .answer(found) }
        return recalls ? .answer(false) : .missing(.revocation(id))
    }

    /// The audiences of all resource servers.
    package func audiences(_ findings: Findings) -> Partial<Set<String>> {
        if recalls(findings), let known = memory.audiences.withLock(\.self), known.validity.holds {
            return .answer(known.names)
        }
        if let found = findings.audiences { return .answer(found) }
        return .missing(.audiences)
    }

    /// The client, nil inside the answer where there is none.
    package func client(_ id: ClientID, _ findings: Findings) -> Partial<KnownClient?> {
        client(id, findings, recalls: recalls(findings))
    }

    private func client(_ id: ClientID, _ findings: Findings, recalls: Bool) -> Partial<KnownClient?> {
        if recalls, let known = memory.clients[id], known.isCurrent { return .answer(known) }
        if let found = findings.clients[id] { return .answer(found) }
        if recalls, memory.unknownClients[id] != nil { return .answer(nil) }
        return .missing(.client(id))
    }

    /// The lineage, nil inside the answer where it, its grant or its user is gone.
    private func lineage(
        _ id: ID<RefreshLineage>, _ findings: Findings, recalls: Bool
    ) -> Partial<KnownLineage?> {
        // Nobody brings one back, so this is believed at any time.
        if memory.endedLineages[id] != nil { return .answer(nil) }
        if recalls, let known = memory.lineages[id], known.isCurrent { return .answer(known) }
        if let found = findings.lineages[id] { return .answer(found) }
        return .missing(.lineage(id))
    }

    private func standing(of id: ID<Organization>, _ findings: Findings, recalls: Bool) -> Partial<Standing?> {
        if recalls, let known = memory.organizations[id], known.isCurrent { return .answer(known) }
        if let found = findings.organizations[id] { return .answer(found) }
        return .missing(.organization(id))
    }
}
