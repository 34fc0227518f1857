package import CredentialFormat
import Locking
package import Model
package import Policy
package import Tokens

/// What one judgement may believe: memory (the cache) while it is current, else what was looked up for it. What neither holds it
/// names by throwing ``Missing``; ``CredentialVerifier/complete(from:at:_:)`` looks that up, and the judgement is made again.
///
/// There is one for each judgement, so the clock is asked once for all that the judgement believes. It is never kept.
package struct Evidence: Sendable {
    /// A box, so that memory's evidence is three words and nothing is copied with it.
    private enum LookedUp: Sendable {
        case nothing
        indirect case these(Answers)
    }

    private let verifier: CredentialVerifier
    private let lookedUp: LookedUp
    /// Whether memory (the cache) may be asked.
    private let recalls: Bool

    /// Memory's alone.
    init(_ verifier: CredentialVerifier) {
        self.verifier = verifier
        lookedUp = .nothing
        recalls = verifier.hearing.isCurrent
    }

    /// Memory's, and what was looked up.
    init(_ verifier: CredentialVerifier, _ answers: Answers) {
        self.verifier = verifier
        lookedUp = .these(answers)
        recalls = verifier.hearing.isCurrent || answers.isInGrace
    }

    /// Whether memory is believed for no better reason than that nothing else can be asked. Nobody else may remember what it says.
    package var isInGrace: Bool { answers?.isInGrace ?? false }

    /// How much older than the request what is judged by may be, in nanoseconds; nil where nothing says so. To be asked before the
    /// judgement: what that reads may be younger, and never older. What was looked up was so after the request had come.
    package var age: Int64? {
        guard !isInGrace else { return nil }
        return recalls ? verifier.hearing.age : 0
    }

    private var answers: Answers? {
        if case .these(let answers) = lookedUp { answers } else { nil }
    }
}

// MARK: The judgement

extension Evidence {
    /// The verdict on the credential that `text` is.
    ///
    /// A judgement may be made several times before one of them is answered, so it counts nothing: it notes in `record` what it
    /// did, and whoever answers has that counted (``CredentialVerifier/count(_:at:)``).
    package func judge(
        _ text: String, _ demand: Demand, at now: Instant, noting record: inout JudgementRecord
    ) throws(Missing) -> Verdict {
        // 1. One of ours, and known.
        let known: KnownCredential
        switch try credential(text, at: now) {
        case .known(let credential): known = credential
        case .unknown: return record.refuse(.unknown)
        case .malformed: return record.refuse(.malformed)
        }
        record.judges(known, asking: demand.scopes.text, from: demand.address)
        // 2. Not revoked.
        if case .accessToken(let token) = known {
            guard record.passes(.revoked, !(try isRevoked(token.id))) else { return record.refuse(.revoked) }
        }
        // 3. The organization that the caller names, if it is another one than the credential's own.
        var named: Standing? = known.standing
        if let id = demand.organization, id != known.standing.organization { named = try standing(of: id) }
        // 4. What is known of it is good for what is demanded.
        return known.judge(demand, in: named, at: now, noting: &record)
    }

    /// Refuses whoever's credential `text` is by a rule that was broken before anything of it could be judged.
    package func refuse(
        _ text: String, by rule: Verdict.Rule, from address: IPAddress?, at now: Instant,
        noting record: inout JudgementRecord
    ) throws(Missing) {
        if case .known(let known) = try credential(text, at: now) { record.judges(known, asking: "", from: address) }
        _ = record.refuse(rule)
    }

    /// What a text is that is shown as a bearer credential.
    private enum Shown {
        case known(KnownCredential)
        /// It has the form of one, and there is none such, or none any more.
        case unknown
        case malformed
    }

    private func credential(_ text: String, at now: Instant) throws(Missing) -> Shown {
        let fingerprint = Fingerprint(of: text)
        // 1. What was judged before is known by its fingerprint.
        if recalls, let known = verifier.memory.credential(fingerprint, inEdition: verifier.keyRing.edition) {
            return .known(known)
        }
        if let found = answers?.apiKeys[fingerprint] { return found.map { .known(.apiKey($0)) } ?? .unknown }
        if recalls, verifier.isKnownNotToExist(fingerprint) { return .unknown }
        // 2. An API key is looked up. Client secrets and the like are no bearer credentials.
        if let secret = PresentedSecret(parsing: Array(text.utf8), in: verifier.formats) {
            guard secret.kind == .apiKey else { return .malformed }
            _ = try keys()
            throw .apiKey(fingerprint, secret)
        }
        // 3. An access token says itself what it is. Keys that were looked up may be of an edition before.
        let edition = verifier.keyRing.edition
        guard let token = try accessToken(text) else { return .malformed }
        guard let known = try credential(token, by: fingerprint, edition: edition) else { return .unknown }
        // One that has expired is opened again, if anybody still shows it.
        if recalls, answers?.keys == nil, now < known.expiresAt { verifier.memory.tokens.insert(known, at: now) }
        return .known(.accessToken(known))
    }

    /// A token as a credential, nil where what it names is gone, or never had it.
    private func credential(
        _ token: AccessToken, by fingerprint: Fingerprint, edition: Int
    ) throws(Missing) -> KnownToken? {
        guard let client = try client(token.client) else { return nil }
        let shared = verifier.memory.terms
        switch client.kind {
        case .integration(let integration):
            guard integration.organization == token.organization, integration.accepts(token) else { return nil }
            guard let acting = token.contact else {
                return KnownToken(
                    token, by: fingerprint, of: client, integration: integration, sharing: shared, edition: edition)
            }
            guard let contact = try contact(acting.contact), contact.organization == token.organization else {
                return nil
            }
            switch contact.standing(by: acting.proof) {
            case .gone: return nil
            case .good, .disabled:
                return KnownToken(
                    token, by: fingerprint, of: client, integration: integration, for: contact, sharing: shared,
                    edition: edition)
            }
        case .app(let app):
            guard let id = token.lineage, let lineage = try lineage(id), lineage.app == app.id,
                lineage.organization == token.organization, token.subject == lineage.member.description,
                let standing = try standing(of: lineage.organization)
            else { return nil }
            return KnownToken(
                token, by: fingerprint, of: client, app: app, lineage: lineage, in: standing, sharing: shared,
                edition: edition)
        case .resourceServer: return nil
        }
    }
}

// MARK: What others ask

extension Evidence {
    /// The access token that `text` is, sealed or signed by us, whatever has become of it since. No proof of anything
    /// but that we made it.
    package func accessToken(_ text: String) throws(Missing) -> AccessToken? {
        guard text.utf8.count <= JWTAccessToken.maximumLength else { return nil }
        let bytes = Array(text.utf8)
        guard let keys = believedKeys else {
            // What cannot be one of ours costs no look-up.
            guard verifier.seal.keyNamed(by: bytes) != nil else { return nil }
            throw .keyRing(nil)
        }
        let token =
            verifier.seal.open(bytes, with: keys)
            ?? JWTAccessToken.verify(bytes, issuer: verifier.issuer, with: keys)
        if token == nil, let named = verifier.seal.keyNamed(by: bytes) { try require(named, in: keys) }
        return token
    }

    /// The client, nil where there is none.
    package func client(_ id: ClientID) throws(Missing) -> KnownClient? {
        if recalls, let known = verifier.memory.clients[id], known.isCurrent { return known }
        if let found = answers?.clients[id] { return found }
        if recalls, verifier.memory.unknownClients[id] != nil { return nil }
        throw .client(id)
    }

    /// The access key that `text` is, nil where there is none. Whether it may be used, and by whom, is another question.
    package func accessKey(_ text: String) throws(Missing) -> KnownAccessKey? {
        let fingerprint = Fingerprint(of: text)
        if recalls, let known = verifier.memory.accessKeys[fingerprint], known.contact.isCurrent { return known }
        if let found = answers?.accessKeys[fingerprint] { return found }
        if recalls, verifier.isKnownNotToExist(fingerprint) { return nil }
        guard let secret = PresentedSecret(parsing: Array(text.utf8), brand: verifier.brand),
            secret.kind == .accessKey
        else { return nil }
        _ = try keys()
        throw .accessKey(fingerprint, secret)
    }

    /// Whether a token was revoked.
    package func isRevoked(_ id: ID<AccessToken>) throws(Missing) -> Bool {
        // Nobody undoes a revocation, so this is believed at any time.
        if verifier.revoked.contains(id) { return true }
        if let found = answers?.revocations[id] { return found }
        guard recalls else { throw .revocation(id) }
        return false
    }

    /// The audiences of all resource servers.
    package func audiences() throws(Missing) -> Set<String> {
        if recalls, let known = verifier.memory.audiences.withLock(\.self), known.validity.holds { return known.names }
        guard let found = answers?.audiences else { throw .audiences }
        return found
    }

    /// The keys in force.
    package func keys() throws(Missing) -> KeySet {
        guard let keys = believedKeys else { throw .keyRing(nil) }
        return keys
    }

    /// The keys in force, which have this one if there is such a key.
    package func keys(having named: NamedKey) throws(Missing) -> KeySet {
        let keys = try keys()
        try require(named, in: keys)
        return keys
    }

    private var believedKeys: KeySet? {
        answers?.keys ?? (recalls ? verifier.keyRing.keys : nil)
    }

    /// Has a key looked up that is not among these, unless that is settled: another node may have made it a moment ago.
    private func require(_ named: NamedKey, in keys: KeySet) throws(Missing) {
        guard answers?.keys == nil, !keys.has(named), !verifier.isKnownNotToExist(Fingerprint(of: named)) else {
            return
        }
        throw .keyRing(named)
    }

    /// The contact, nil where there is none.
    private func contact(_ id: ID<Contact>) throws(Missing) -> KnownContact? {
        // A token names one only after it was made, and none comes back, so this is believed at any time.
        if verifier.memory.endedContacts[id] != nil { return nil }
        if recalls, let known = verifier.memory.contacts[id], known.isCurrent { return known }
        guard let found = answers?.contacts[id] else { throw .contact(id) }
        return found
    }

    /// The lineage, nil where it, its grant or its user is gone.
    private func lineage(_ id: ID<RefreshLineage>) throws(Missing) -> KnownLineage? {
        // Nobody brings one back, so this is believed at any time.
        if verifier.memory.endedLineages[id] != nil { return nil }
        if recalls, let known = verifier.memory.lineages[id], known.isCurrent { return known }
        guard let found = answers?.lineages[id] else { throw .lineage(id) }
        return found
    }

    private func standing(of id: ID<Organization>) throws(Missing) -> Standing? {
        if recalls, let known = verifier.memory.organizations[id], known.isCurrent { return known }
        guard let found = answers?.organizations[id] else { throw .organization(id) }
        return found
    }
}
