import CredentialFormat
import Locking
package import Model
import Organizations
import Persistence
package import Policy
import ProductDefinition
import Tokens

// The asynchronous way: what a judgement lacks is read from the store. What was read may be remembered at any time, also
// while memory is not believed. Either the connection to the feed has not been lost, and then whatever changes after the
// reading will be heard before memory is believed again. Or it was lost, and then everything is forgotten as soon as
// another one listens, with what those remember later who began to read before (``ChangeLog``).

extension CredentialVerifier {
    /// The verdict, looking up what memory lacks, and what the judgement did.
    ///
    /// - Throws: ``LookUpRefused`` where too many look-ups found nothing, ``StoreError``.
    package func verdict(
        on text: String, _ demand: Demand, at now: Instant
    ) async throws -> (verdict: Verdict, record: JudgementRecord) {
        try await complete(from: demand.address, at: now) { evidence, record in
            try evidence.judge(text, demand, at: now, noting: &record)
        }
    }

    /// The answer that `judge` gives once everything that it lacks was looked up, with the record of that judgement alone. `judge`
    /// must do nothing but judge: only the last of its answers is taken.
    ///
    /// - Parameter executor: Where look-ups go on that are waited for a bounded time, nil for the threads that all tasks share.
    /// - Throws: ``LookUpRefused``, and what `judge` throws except ``Missing``; ``StoreError``, also where the database takes so
    ///   long that what it says first may have changed by the time that it says the rest; ``UnsettledJudgement``.
    package func complete<Answer: Sendable>(
        from address: IPAddress?, at now: Instant, on executor: (any TaskExecutor)? = nil,
        _ judge: (Evidence, inout JudgementRecord) throws -> Answer
    ) async throws -> (Answer, JudgementRecord) {
        var answers = Answers()
        var readings = Readings(hearing, on: executor)
        for _ in 0..<Self.maximumRounds {
            var record = JudgementRecord()
            do {
                let answer = try judge(Evidence(self, answers), &record)
                if readings.prove || answers.isInGrace { return (answer, record) }
                // The database was slow, and what it said at first may have changed since.
                answers = Answers()
                guard readings.beginAgain() else { throw StoreError.unavailable("too slow to prove anything") }
            } catch let missing as Missing {
                do {
                    try await find(missing, into: &answers, by: readings, for: .caller(address), at: now)
                } catch let error as StoreError
                    where error.isTemporary && hearing.isInGrace && !answers.isInGrace && !hearing.isCurrent
                {
                    answers.isInGrace = true
                }
            }
        }
        throw UnsettledJudgement()
    }

    /// A judgement lacks at most the keys, two clients, a revocation, an organization and the audiences, and may come to lack them
    /// half-way.
    private static let maximumRounds = 20

    private func find(
        _ missing: Missing, into answers: inout Answers, by readings: Readings, for party: LookUpParty, at now: Instant
    ) async throws {
        do {
            let isFound = try await look(for: missing, into: &answers, by: readings, for: party, at: now)
            lookUps.note(missing, isFound ? .found : .absent)
        } catch {
            lookUps.note(missing, error is LookUpRefused ? .refused : .failed)
            throw error
        }
    }

    /// - Returns: Whether it is there.
    private func look(
        for missing: Missing, into answers: inout Answers, by readings: Readings, for party: LookUpParty,
        at now: Instant
    ) async throws -> Bool {
        let permit = try await permit(missing, by: readings, for: party, at: now)
        let mark = memory.changes.mark()
        let isFound: Bool
        switch missing {
        case .apiKey(let fingerprint, let secret):
            let known = try await readings.promptly { [self] in
                try await apiKey(secret, fingerprint, since: mark, at: now)
            }
            answers.apiKeys.updateValue(known, forKey: fingerprint)
            isFound = known != nil
        case .client(let id):
            let known = try await readings.promptly { [self] in try await client(id, since: mark) }
            answers.clients.updateValue(known, forKey: id)
            isFound = known != nil
        case .accessKey(let fingerprint, let secret):
            let known = try await readings.promptly { [self] in
                try await readAccessKey(secret, fingerprint, since: mark)
            }
            answers.accessKeys.updateValue(known, forKey: fingerprint)
            isFound = known != nil
        case .contact(let id):
            let known = try await readings.promptly { [self] in try await readContact(id, since: mark) }
            answers.contacts.updateValue(known, forKey: id)
            isFound = true
        case .audiences:
            answers.audiences = try await readings.promptly { [self] in try await audiences(since: mark) }
            isFound = true
        case .organization(let id):
            let known = try await readings.promptly { [self] in try await organization(id, since: mark) }
            answers.organizations.updateValue(known, forKey: id)
            isFound = known != nil
        case .lineage(let id):
            let known = try await readings.promptly { [self] in try await lineage(id, since: mark) }
            answers.lineages.updateValue(known, forKey: id)
            isFound = true
        case .revocation(let id):
            answers.revocations[id] = try await readings.promptly { [self] in try await isRevoked(id) }
            isFound = true
        case .keyRing(let named):
            let keys = try await readings.promptly { [self] in try await self.keys(having: named, since: mark) }
            answers.keys = keys
            isFound = named.map(keys.has) ?? true
        case .asked(let client, let address, let missing):
            try await find(missing, into: &answers, by: readings, for: .asker(client, caller: address), at: now)
            return true
        }
        if let permit, isFound { limit.giveBack(permit) }
        return isFound
    }

    /// The permission to look it up, nil where none is needed.
    ///
    /// - Throws: ``LookUpRefused``, ``StoreError``.
    private func permit(
        _ missing: Missing, by readings: Readings, for party: LookUpParty, at now: Instant
    ) async throws -> LookUpLimit.Permit? {
        guard mayNotExist(missing) else { return nil }
        switch missing {
        case .apiKey(let fingerprint, let secret):
            if let permit = limit.take(for: party, of: fingerprint, at: now) { return permit }
            if await isNew(secret, by: readings) { return nil }
        case .accessKey(let fingerprint, let secret):
            if let permit = limit.take(for: party, of: fingerprint, at: now) { return permit }
            if await isNewAccessKey(secret, by: readings) { return nil }
        case .client(let id):
            if newcomers.has(id) { return nil }
            if let permit = limit.take(for: party, of: id, at: now) { return permit }
        case .organization(let id):
            if newcomers.has(id) { return nil }
            if let permit = limit.take(for: party, of: id, at: now) { return permit }
        case .keyRing(let named):
            let thing = named.map { Fingerprint(of: $0) }
            if let permit = limit.take(for: party, of: thing, at: now) { return permit }
        case .audiences, .revocation, .lineage, .contact, .asked: return nil
        }
        throw LookUpRefused()
    }

    /// Whether the key was announced lately. Where the database does not say, the limit holds.
    private func isNew(_ secret: PresentedSecret, by readings: Readings) async -> Bool {
        let isNew = try? await newcomers.apiKeys.has({ keyRing.keys.peppers.all.map(secret.digest(under:)) }) {
            [store] keys in
            try await readings.promptly {
                try await store.read { tx in try tx.digests(ofAPIKeys: keys) }
            }
        }
        return isNew ?? false
    }

    /// Whether a contact with that access key was announced lately. Where the database does not say, the limit holds.
    private func isNewAccessKey(_ secret: PresentedSecret, by readings: Readings) async -> Bool {
        let isNew = try? await newcomers.accessKeys.has({ keyRing.keys.peppers.all.map(secret.digest(under:)) }) {
            [store] contacts in
            try await readings.promptly {
                try await store.read { tx in try tx.digests(ofAccessKeysOf: contacts) }
            }
        }
        return isNew ?? false
    }

    /// Whether a look-up may be for something that somebody made up. It is not for what there was a short time ago, even
    /// if that is not believed any longer: when memory has to be filled again, those in use are not held up by the limit.
    private func mayNotExist(_ missing: Missing) -> Bool {
        switch missing {
        case .apiKey(let fingerprint, _): memory.apiKeys[fingerprint] == nil
        case .accessKey(let fingerprint, _): memory.accessKeys[fingerprint] == nil
        case .client(let id): memory.clients[id] == nil
        case .organization(let id): memory.organizations[id] == nil
        case .keyRing(let named): named != nil
        // Only a token that we made names one.
        case .audiences, .revocation, .lineage, .contact: false
        // Asked of what it wraps.
        case .asked: false
        }
    }

    /// The keys as the store has them.
    private func keys(having named: NamedKey?, since mark: ChangeLog.Mark) async throws -> KeySet {
        let edition = keyRing.edition
        let keys = try await keyRing.readKeys()
        if let named, !keys.has(named) {
            remember(notToExist: Fingerprint(of: named), in: edition, since: mark, \.mayMakeKeys)
        }
        return keys
    }

    /// Remembers that there is no such thing as far as an edition of the key ring can tell, unless it was made meanwhile.
    func remember(
        notToExist fingerprint: Fingerprint, in edition: Int, since mark: ChangeLog.Mark, _ mayBeMade: (Change) -> Bool
    ) {
        memory.unknownCredentials.insert(edition, for: fingerprint)
        // Asked after remembering: what is made from here on finds the entry and removes it (threat K7).
        if !memory.changes.isUnchanged(since: mark, mayBeMade) { memory.unknownCredentials.remove(fingerprint) }
    }

    private func apiKey(
        _ secret: PresentedSecret, _ fingerprint: Fingerprint, since mark: ChangeLog.Mark, at now: Instant
    ) async throws -> KnownAPIKey? {
        let edition = keyRing.edition
        let digests = keyRing.keys.peppers.all.map(secret.digest(under:))
        let stored: APIKeyForVerification? = try await store.read { tx in
            for digest in digests {
                if let key = try tx.apiKeyForVerification(matching: digest) { return key }
            }
            return nil
        }
        guard let stored else {
            memory.apiKeys.forget(fingerprint)
            remember(notToExist: fingerprint, in: edition, since: mark, \.mayCreateAPIKey)
            return nil
        }
        let standing = standing(stored.standing, since: mark)
        let expiresAt = stored.isPrevious ? stored.key.previousExpiresAt ?? stored.key.createdAt : stored.key.expiresAt
        let terms = memory.terms.interned(
            KnownTerms(
                scopes: stored.key.scopes, addresses: stored.key.addresses, callLimit: stored.key.callLimit))
        let known = KnownAPIKey(
            stored.key, by: fingerprint, secretMadeAt: stored.secretMadeAt,
            expiresAt: min(expiresAt, stored.key.expiresAt), terms: terms.terms, ownsTerms: terms.isNew,
            standing: standing.value, epoch: memory.apiKeys.epoch, after: memory.apiKeys[fingerprint])
        guard standing.mayBeRemembered else { return known }
        memory.apiKeys.remember(known, at: now) {
            memory.changes.isUnchanged(since: mark) { $0 == .apiKey(stored.key.id) }
        }
        return known
    }

    private func client(_ id: ClientID, since mark: ChangeLog.Mark) async throws -> KnownClient? {
        let stored = try await store.read { tx in try tx.client(id) }
        let isUnchanged = { [changes = memory.changes] in changes.isUnchanged(since: mark) { $0.concerns(id) } }
        guard let stored else {
            memory.clients.remove(id)
            memory.unknownClients.insert(true, for: id)
            if !isUnchanged() { memory.unknownClients.remove(id) }
            return nil
        }
        let standing = standing(stored.standing, since: mark)
        let validity = memory.clientValidities.validity(of: id, isUnchanged: isUnchanged)
        let known = KnownClient(
            id: id, kind: stored.kind, secrets: stored.secrets, standing: standing.value,
            validity: validity ?? .none, after: memory.clients[id])
        if validity != nil, standing.mayBeRemembered { memory.clients.insert(known, for: id) }
        return known
    }

    private func lineage(_ id: ID<RefreshLineage>, since mark: ChangeLog.Mark) async throws -> KnownLineage? {
        guard let stored = try await store.read({ tx in try tx.lineageForVerification(id) }) else {
            memory.lineages.remove(id)
            memory.endedLineages.insert(true, for: id)
            return nil
        }
        let isUnchanged = { [changes = memory.changes] in
            changes.isUnchanged(since: mark) {
                $0 == .lineage(id) || $0 == .grant(stored.grant) || $0 == .member(stored.member)
            }
        }
        let validities = [
            memory.lineageValidities.validity(of: id, isUnchanged: isUnchanged),
            memory.grantValidities.validity(of: stored.grant, isUnchanged: isUnchanged),
            memory.memberValidities.validity(of: stored.member, isUnchanged: isUnchanged),
        ]
        let known = KnownLineage(
            stored, permissions: roles.permissions(ofRoles: stored.roles, beside: stored.permissions),
            validities: validities.map { $0 ?? .none }, after: memory.lineages[id])
        if known.isCurrent { memory.lineages.insert(known, for: id) }
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

    private func isRevoked(_ id: ID<AccessToken>) async throws -> Bool {
        try await store.read { tx in try tx.isRevoked(id) }
    }

    private func organization(_ id: ID<Organization>, since mark: ChangeLog.Mark) async throws -> Standing? {
        guard let stored = try await store.read({ tx in try tx.standing(of: id) }) else {
            memory.organizations.remove(id)
            return nil
        }
        return standing(stored, since: mark).value
    }

    /// The standing of an organization that was just read, shared with all that is remembered of it.
    private func standing(
        _ stored: StoredStanding, since mark: ChangeLog.Mark
    ) -> (value: Standing, mayBeRemembered: Bool) {
        let features = plans.features(ofPlan: stored.plan, isOperator: stored.isOperator)
        let limits = zonedLimits.limits(
            rateLimits.limits(ofPlan: stored.plan, isOperator: stored.isOperator), in: stored.timeZone)
        if let known = memory.organizations[stored.path.last], known.isCurrent, known.says(stored, features, limits) {
            let isUnchanged = memory.changes.isUnchanged(since: mark) { $0.concerns(stored.path) }
            if isUnchanged { return (known, true) }
        }
        var validities: [Validity] = []
        for id in stored.path.identifiers {
            let validity = memory.organizationValidities.validity(of: id) {
                memory.changes.isUnchanged(since: mark) { $0 == .organization(id) }
            }
            validities.append(validity ?? .none)
        }
        let standing = Standing(
            path: stored.path, isSuspended: stored.isSuspended, isOperator: stored.isOperator, features: features,
            rateLimits: limits, validities: validities)
        let mayBeRemembered = standing.isCurrent
        if mayBeRemembered { memory.organizations.insert(standing, for: stored.path.last) }
        return (standing, mayBeRemembered)
    }
}

/// Too many look-ups found nothing lately, for the caller's address, for the client that asks, or in all.
package struct LookUpRefused: Error {}

/// A judgement went on to name what it lacks although it was given all of that: a mistake of ours.
package struct UnsettledJudgement: Error {}

extension CredentialVerifier {
    /// Reads anew what memory holds whole: the revoked tokens and the keys.
    ///
    /// - Throws: ``StoreError``, ``TokenError``.
    func refill(at now: Instant) async throws {
        let tokens = try await store.read { tx in try tx.revokedTokens(liveAt: now) }
        revoked.insert(tokens, now: now)
        _ = try await keyRing.readKeys()
    }
}

extension Change {
    fileprivate var mayMakeKeys: Bool {
        self == .keyRing
    }

    fileprivate var mayCreateAPIKey: Bool {
        switch self {
        case .apiKey, .keyRing: true
        case .integration, .app, .resourceServer, .member, .contact, .grant, .lineage, .organization, .revokedToken:
            false
        }
    }

    fileprivate var concernsAudiences: Bool {
        if case .resourceServer = self { true } else { false }
    }

    fileprivate func concerns(_ client: ClientID) -> Bool {
        switch self {
        case .integration(let id): client == .integration(id)
        case .app(let id): client == .app(id)
        case .resourceServer(let id): client == .resourceServer(id)
        case .apiKey, .member, .contact, .grant, .lineage, .organization, .revokedToken, .keyRing: false
        }
    }

    fileprivate func concerns(_ path: OrganizationPath) -> Bool {
        if case .organization(let id) = self { path.contains(id) } else { false }
    }
}
