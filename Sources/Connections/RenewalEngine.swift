import Locking
package import CredentialFormat
import FoundationEssentials
package import Logging
package import Model
package import Persistence
package import ProviderDefinition
package import Tokens

/// Renews connections so that none is lost: under a lease with a fence, with a note before the provider is asked, and with what came
/// of it written in one transaction. Many nodes share the work by leases; one node asks once for all who want the same connection
/// renewed (a single flight).
package final class RenewalEngine: Sendable {
    /// By the database's clock. A call ends within 45 s.
    private static let leaseSeconds = 60
    /// Connections that are renewed at once.
    private static let width = 16
    private static let attemptsLookedAt = 10
    /// How often what a provider gave is offered to the database before it waits in the journal.
    private static let saves = 3

    /// What came of a renewal.
    package enum Outcome: Sendable, Equatable {
        case renewed(generation: Int)
        /// Somebody else did it, or it was not wanted any more.
        case unchanged(generation: Int)
        /// Another node is at it.
        case busy
        /// Not now: the provider is asked too much, what was lost must be waited for, or only people had to be told.
        case postponed
        case failed(code: String)
        /// The provider gave tokens that the database did not take yet. They wait in the journal.
        case waiting
        /// No such connection, or nothing of it can be renewed.
        case impossible
    }

    /// Why it is wanted.
    package enum Cause: Sendable {
        /// It is due.
        case schedule
        /// Somebody needs it now: neither back-off nor circuit breaker holds it up.
        case demand
    }

    private let store: any Store
    private let node: ID<Node>
    private let vault: ConnectionVault
    private let keyRing: KeyRing
    private let provider: @Sendable (String) -> Provider?
    private let call: ProviderCall
    private let journal: RecoveryJournal
    private let throttle: ProviderThrottle
    private let pause: @Sendable (Duration) async -> Void
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let flights = Lock<[ID<Connection>: Task<Outcome, any Error>]>([:])

    /// - Parameters:
    ///   - provider: The provider of that name, nil where there is none.
    ///   - pause: Waits between two offers to the database.
    package init(
        store: any Store, node: ID<Node>, vault: ConnectionVault, keyRing: KeyRing, journal: RecoveryJournal,
        throttle: ProviderThrottle = ProviderThrottle(), provider: @escaping @Sendable (String) -> Provider?,
        call: @escaping ProviderCall, logger: Logger, now: @escaping @Sendable () -> Instant,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.node = node
        self.vault = vault
        self.keyRing = keyRing
        self.journal = journal
        self.throttle = throttle
        self.provider = provider
        self.call = call
        self.pause = pause
        self.logger = logger
        self.now = now
    }

    /// Has the key for fingerprints ready, and hands on what the journal has. Called before anything else.
    package func start() async throws {
        try await keyRing.ensure(.fingerprints)
        await recover()
    }

    /// Renews what is due, and what is in the journal first. One that fails holds up no other.
    ///
    /// - Returns: How each ended.
    @discardableResult
    package func round(limit: Int = 100) async throws -> [Outcome] {
        await recover()
        let time = now()
        let leases = try await store.write { [node] tx in
            try tx.claimDueConnections(at: time, by: node, seconds: Self.leaseSeconds, limit: limit)
        }
        return await withTaskGroup(of: Outcome.self) { group in
            var outcomes: [Outcome] = []
            for (number, lease) in leases.enumerated() {
                if number >= Self.width, let outcome = await group.next() { outcomes.append(outcome) }
                group.addTask { await self.reported(lease) }
            }
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    private func reported(_ lease: ConnectionLease) async -> Outcome {
        do {
            return try await perform(lease, .schedule)
        } catch {
            // The lease lapses, and it is tried again.
            logger.warning(
                "a connection was not renewed, and is tried again",
                metadata: ["connection": "\(lease.connection.id)", "error": "\(error)"])
            return .failed(code: "store")
        }
    }

    /// Renews one connection now. Who asks while it is renewed gets what comes of that.
    ///
    /// - Parameter generation: Nothing is done where the connection has another one already: whoever saw a token of that generation
    ///   refused makes no second renewal.
    package func renew(_ id: ID<Connection>, ifGeneration generation: Int? = nil) async throws -> Outcome {
        let flight = flights.withLock { flights in
            if let flight = flights[id] { return flight }
            let flight = Task {
                defer { self.flights.withLock { $0[id] = nil } }
                return try await self.claimed(id, ifGeneration: generation)
            }
            flights[id] = flight
            return flight
        }
        return try await flight.value
    }

    private func claimed(_ id: ID<Connection>, ifGeneration generation: Int?) async throws -> Outcome {
        let lease = try await store.write { [node] tx in
            try tx.claim(id, ifGeneration: generation, by: node, seconds: Self.leaseSeconds)
        }
        guard let lease else {
            guard let found = try await store.read({ tx in try tx.connection(id) }) else { return .impossible }
            if let generation, found.generation != generation { return .unchanged(generation: found.generation) }
            return .busy
        }
        return try await perform(lease, .demand)
    }

    // MARK: One renewal

    /// All that a renewal reads.
    private struct Ground: Sendable {
        let secrets: [ConnectionSecretRow]
        let dataKeys: [DataKeyRow]
        let attempts: [RenewalAttempt]
        let promises: [ConnectionPromise]
        let access: ProviderAccess?
        let accessSecrets: [ProviderAccessSecretRow]
        let accessKeys: [DataKeyRow]
    }

    private func perform(_ lease: ConnectionLease, _ cause: Cause) async throws -> Outcome {
        let time = now()
        var connection = lease.connection
        guard connection.status.isRenewed, connection.generation > 0, let provider = self.provider(connection.provider)
        else {
            connection.nextRenewalAt = nil
            return try await settled(lease, connection, [], as: .impossible)
        }
        let ground = try await ground(of: connection, at: time)
        let plan = UpkeepPlan(provider, for: connection)
        let isDemanded = if case .demand = cause { true } else { false }
        let due = plan.due(ground.promises, at: time)
        let warnings = due.filter { $0.action == .warn }
        let seals = due.contains { $0.action == .renew(lazily: false, sealing: true) }
        let hasTrouble = connection.trouble.failures > 0 || !ground.attempts.allSatisfy { $0.state != .sent }
        if !isDemanded, due.count == warnings.count, !hasTrouble {
            return try await warned(lease, plan, ground, warnings, at: time)
        }
        if !isDemanded, let until = throttle.delay(connection.provider, connection.access, at: time) {
            connection.nextRenewalAt = until
            return try await settled(lease, connection, [], as: .postponed)
        }
        guard let secrets = try await vault.open(ground.secrets, of: connection, under: ground.dataKeys) else {
            connection.nextRenewalAt = nil
            let event = connection.become(.unreadable, because: "credential_unreadable")
            return try await settled(
                lease, connection, [event].compactMap(\.self), as: .failed(code: "credential_unreadable"))
        }
        switch LostAnswer(ground.attempts, of: connection, rotation: provider.renewal.rotation, at: time) {
        case nil, .tryAgain: break
        case .wait(let until):
            connection.nextRenewalAt = until
            let event = connection.become(.degraded, because: "ambiguous_refresh")
            return try await settled(
                lease, connection, [event].compactMap(\.self), ending: ground.attempts, as: .postponed)
        case .giveUp:
            connection.nextRenewalAt = nil
            let event = connection.become(.reauthRequired, because: "ambiguous_refresh")
            return try await settled(
                lease, connection, [event].compactMap(\.self), ending: ground.attempts,
                as: .failed(code: "ambiguous_refresh"))
        }
        guard let attempt = try await noted(lease, secrets, ground, provider, at: time) else { return .busy }
        let sentAt = now()
        let reply = await asked(provider, connection, secrets, ground)
        switch reply {
        case .tokens(let answer, let children):
            throttle.note(connection.provider, failed: false, at: now())
            let renewed = try await sealed(
                answer, children, secrets, ground, attempt, connection, provider, isFresh: seals, sentAt: sentAt)
            return await saved(renewed, lease)
        case .failed(let failure):
            throttle.note(connection.provider, failed: failure.errorClass == .retry, at: now())
            return try await failed(lease, connection, failure, attempt, .failed, ground)
        case .notSent(let code):
            throttle.note(connection.provider, failed: true, at: now())
            return try await failed(lease, connection, Self.outage(code), attempt, .failed, ground)
        case .lost(let code):
            throttle.note(connection.provider, failed: true, at: now())
            return try await lost(lease, connection, code, attempt, provider, ground)
        }
    }

    private func ground(of connection: Connection, at time: Instant) async throws -> Ground {
        try await store.read { tx in
            Ground(
                secrets: try tx.connectionSecrets(of: connection.id, generation: connection.generation),
                dataKeys: try tx.dataKeys(of: connection.id.description),
                attempts: try tx.renewalAttempts(of: connection.id, limit: Self.attemptsLookedAt),
                promises: try tx.latestPromises(of: connection.id), access: try tx.providerAccess(connection.access),
                accessSecrets: try tx.providerAccessSecrets(of: connection.access, at: time),
                accessKeys: try tx.dataKeys(of: connection.access.description))
        }
    }

    /// Writes down that a token is about to be spent, nil where the lease was lost meanwhile.
    private func noted(
        _ lease: ConnectionLease, _ secrets: ConnectionSecrets, _ ground: Ground, _ provider: Provider, at time: Instant
    ) async throws -> ID<RenewalAttempt>? {
        let connection = lease.connection
        let fingerprint = try secrets.refreshToken.map { token in
            try keyRing.keys.fingerprint(of: "refresh_token", connection.provider, token)
        }
        let attempt = RenewalAttempt(
            id: ID(at: time.milliseconds), connection: connection.id, generation: connection.generation,
            fence: lease.fence, tokenFingerprint: fingerprint, state: .sent, startedAt: time)
        let isSafe = provider.renewal.rotation.retryWindow == .unbounded
        return try await store.write { tx in
            guard try tx.extend(lease, seconds: Self.leaseSeconds) else { return nil }
            for earlier in ground.attempts where earlier.state == .sent {
                try tx.end(earlier.id, as: isSafe ? .superseded : .ambiguous, code: "no-result", at: time)
            }
            try tx.insert(attempt)
            return attempt.id
        }
    }

    /// Asks with the newest of our client's secrets, and with the one before if that one is refused: the provider looks at the client
    /// first, so no token is spent by it.
    private func asked(
        _ provider: Provider, _ connection: Connection, _ secrets: ConnectionSecrets, _ ground: Ground
    ) async -> ProviderReply {
        guard let access = ground.access else { return .notSent(code: "no-client") }
        let clientSecrets: [String]
        do {
            clientSecrets = try await vault.open(ground.accessSecrets, of: access, under: ground.accessKeys)
        } catch {
            return .notSent(code: "client-secret-out-of-reach")
        }
        var values = RequestValues()
        values[.clientIdentifier] = access.clientID
        values[.accessToken] = secrets.accessToken
        values[.refreshToken] = secrets.refreshToken
        values[.scope] = connection.scopes.joined(separator: " ")
        for (name, value) in connection.metadata {
            values[.metadata(name)] = value
            values[.variable(name)] = value
        }
        values[.accountIdentifier] = connection.metadata["account_id"]
        var reply = ProviderReply.notSent(code: "no-client-secret")
        for secret in clientSecrets {
            values[.clientSecret] = secret
            reply = await call(
                RenewalRequest(
                    provider: provider, connection: connection.id, generation: connection.generation, values: values))
            guard case .failed(let failure) = reply, failure.errorClass == .configError else { return reply }
        }
        return reply
    }

    private static func outage(_ code: String) -> AnswerFailure {
        AnswerFailure(errorClass: .retry, code: code, retryAfter: nil, needsConfirmation: false, note: nil)
    }

    // MARK: What came of it

    private func sealed(
        _ answer: TokenAnswer, _ children: [ChildAnswer]?, _ before: ConnectionSecrets, _ ground: Ground,
        _ attempt: ID<RenewalAttempt>, _ connection: Connection, _ provider: Provider, isFresh: Bool, sentAt: Instant
    ) async throws -> RenewedTokens {
        var secrets = before
        secrets.accessToken = answer.accessToken ?? before.accessToken
        secrets.refreshToken = answer.refreshToken ?? before.refreshToken
        if let children { secrets.take(children) }
        let last = ground.secrets.first?.dataKey
        let (rows, newKey) = try await vault.seal(
            secrets, of: connection, generation: connection.generation + 1,
            under: ground.dataKeys.first { $0.id == last }, isFresh: isFresh, at: sentAt)
        let clocks = AnsweredClocks(answer, after: connection.clocks, provider, sentAt: sentAt)
        let isSame = answer.accessToken == nil || answer.accessToken == before.accessToken
        let fingerprint = try answer.accountIdentifier.map { account in
            try keyRing.keys.fingerprint(of: "account", connection.provider, account)
        }
        return RenewedTokens(
            connection: connection.id.description, attempt: attempt.description, generation: connection.generation,
            fields: rows.map {
                RenewedTokens.Field(name: $0.field, dataKey: $0.dataKey.description, sealed: Data($0.sealed))
            },
            key: newKey.map {
                RenewedTokens.Key(
                    id: $0.id.description, wrapped: Data($0.wrapped), createdAt: $0.createdAt.milliseconds)
            },
            children: children?.map {
                RenewedTokens.Child(
                    kind: $0.kind, identifier: $0.identifier, name: $0.name, metadata: $0.answer.metadata)
            },
            accountFingerprint: fingerprint.map { Data($0) }, scopes: answer.scopes, metadata: answer.metadata,
            issuedAt: sentAt.milliseconds, accessExpiresAt: clocks.access?.milliseconds,
            refreshExpiresAt: clocks.refresh?.milliseconds, dataAccessExpiresAt: clocks.dataAccess?.milliseconds,
            note: isSame ? "not_extended" : nil)
    }

    /// Writes what a provider gave into the database, or else into the journal: it exists nowhere else.
    private func saved(_ renewed: RenewedTokens, _ lease: ConnectionLease) async -> Outcome {
        var isLeaseLost = false
        for number in 1...Self.saves where !isLeaseLost {
            do {
                if try await save(renewed, lease) { return .renewed(generation: renewed.generation + 1) }
                isLeaseLost = true
            } catch {
                logger.warning(
                    "what a provider gave was not saved",
                    metadata: ["connection": "\(renewed.connection)", "try": "\(number)", "error": "\(error)"])
                if number < Self.saves { await pause(.milliseconds(200 * number * number)) }
            }
        }
        do {
            try journal.append(renewed)
            guard isLeaseLost else { return .waiting }
            // Whoever has the lease did not renew, or it has: the journal's way finds out.
            await recover()
            let waits = try journal.entries().contains { $0.attempt == renewed.attempt }
            return waits ? .waiting : .unchanged(generation: renewed.generation + 1)
        } catch {
            logger.critical(
                "what a provider gave is lost unless it gives it again",
                metadata: ["connection": "\(renewed.connection)", "error": "\(error)"])
            return .failed(code: "not-saved")
        }
    }

    /// All of a renewal in one transaction: the connection, its secrets, the attempt, the promises, what is told. False, with nothing
    /// written, where the lease is another's or the generation is another one.
    private func save(_ renewed: RenewedTokens, _ lease: ConnectionLease) async throws -> Bool {
        guard lease.connection.generation == renewed.generation else { return false }
        let (applied, events) = renewed.applied(to: lease.connection)
        let time = now()
        let file = provider(applied.provider)
        return try await store.write { tx in
            var next = applied
            var lines: [ConnectionPromise] = []
            if let file {
                let latest = try tx.latestPromises(of: next.id)
                let settled = Self.settled(
                    latest, by: UpkeepPlan(file, for: lease.connection), of: lease.connection, at: time)
                let known = settled + latest.filter { line in !settled.contains { $0.name == line.name } }
                let plan = UpkeepPlan(file, for: next)
                let opened = Self.opened(plan.items(known, at: time), beside: known, of: next.id)
                lines = settled + opened
                let now = opened + known.filter { line in !opened.contains { $0.name == line.name } }
                next.nextRenewalAt = plan.next(now, at: time)
            } else {
                next.nextRenewalAt = nil
            }
            guard try tx.settle(lease, as: next) else { return false }
            for line in lines { try tx.put(line) }
            if let key = renewed.keyRow(of: next) { try tx.insert(key) }
            try tx.insert(renewed.rows, of: next.id, generation: next.generation, at: time)
            if let attempt = renewed.attemptID { try tx.end(attempt, as: .succeeded, code: nil, at: time) }
            for child in renewed.children ?? [] {
                try tx.note(
                    ConnectionChildRow(
                        connection: next.id, kind: child.kind, identifier: child.identifier, name: child.name,
                        metadata: child.metadata, generation: next.generation, seenAt: time))
            }
            for event in ConnectionEvent.inOrder(events, of: next, at: time) { try tx.insert(event) }
            try tx.setFault(nil, of: next.access, at: time)
            return true
        }
    }

    /// The lines that a renewal at `time` settles.
    private static func settled(
        _ latest: [ConnectionPromise], by plan: UpkeepPlan, of before: Connection, at time: Instant
    ) -> [ConnectionPromise] {
        let due = plan.due(latest, at: time).filter { $0.action != .warn }
        return latest.compactMap { line in
            guard line.state == .open, due.contains(where: { $0.name == line.name }) else { return nil }
            var settled = line
            let isKept = time <= line.dueAt
            settled.state = isKept ? .kept : .late
            settled.settledAt = time
            settled.generation = before.generation + 1
            settled.reason = isKept ? nil : before.trouble.errorCode ?? before.reason ?? "not_reached_in_time"
            return settled
        }
    }

    /// The lines to be opened, or moved to where what ends has moved.
    static func opened(
        _ items: [UpkeepPlan.Item], beside latest: [ConnectionPromise], of id: ID<Connection>
    ) -> [ConnectionPromise] {
        items.filter(\.isInLedger).compactMap { item in
            let line = latest.first { $0.name == item.name }
            guard var line, line.state == .open else {
                return ConnectionPromise(
                    connection: id, name: item.name, number: (line?.number ?? 0) + 1, dueAt: item.dueAt)
            }
            guard line.dueAt != item.dueAt else { return nil }
            line.dueAt = item.dueAt
            return line
        }
    }

    private func failed(
        _ lease: ConnectionLease, _ before: Connection, _ failure: AnswerFailure, _ attempt: ID<RenewalAttempt>,
        _ state: RenewalAttempt.State, _ ground: Ground
    ) async throws -> Outcome {
        var connection = before
        let time = now()
        let event = FailurePolicy.apply(
            failure, to: &connection, isFrozen: throttle.isOpen(connection.provider), at: time)
        let isOver = connection.nextRenewalAt == nil
        return try await store.write { [connection] tx in
            guard try tx.settle(lease, as: connection) else {
                // Only an unchanged generation counts as a failure.
                let found = try tx.connection(connection.id)
                return .unchanged(generation: found?.generation ?? 0)
            }
            try tx.end(attempt, as: state, code: failure.code, at: time)
            if failure.errorClass == .configError { try tx.setFault(failure.code, of: connection.access, at: time) }
            if isOver {
                for var line in ground.promises where line.state == .open {
                    line.state = .broken
                    line.settledAt = time
                    line.reason = failure.code
                    try tx.put(line)
                }
            }
            if let event { try tx.insert(ConnectionEvent(event, of: connection, at: time)) }
            return .failed(code: failure.code)
        }
    }

    /// No answer came. What may be done about it hangs on what becomes of a token that was sent.
    private func lost(
        _ lease: ConnectionLease, _ before: Connection, _ code: String, _ attempt: ID<RenewalAttempt>,
        _ provider: Provider, _ ground: Ground
    ) async throws -> Outcome {
        let time = now()
        var connection = before
        let state: RenewalAttempt.State
        var event = FailurePolicy.apply(Self.outage(code), to: &connection, isFrozen: false, at: time)
        switch provider.renewal.rotation.retryWindow {
        case .unbounded: state = .failed
        case .seconds(let window):
            state = .ambiguous
            connection.nextRenewalAt = time.adding(seconds: max(1, min(30, window / 4)))
        case .never:
            state = .ambiguous
            let this = RenewalAttempt(
                id: attempt, connection: connection.id, generation: connection.generation, fence: lease.fence,
                tokenFingerprint: nil, state: .ambiguous, startedAt: time)
            switch LostAnswer(ground.attempts + [this], of: connection, rotation: provider.renewal.rotation, at: time) {
            case nil, .tryAgain: connection.nextRenewalAt = time.adding(seconds: 30)
            case .wait(let until):
                connection.nextRenewalAt = until
                event = connection.become(.degraded, because: "ambiguous_refresh") ?? event
            case .giveUp:
                connection.nextRenewalAt = nil
                event = connection.become(.reauthRequired, because: "ambiguous_refresh") ?? event
            }
        }
        return try await store.write { [connection, event] tx in
            guard try tx.settle(lease, as: connection) else {
                return .unchanged(generation: try tx.connection(connection.id)?.generation ?? 0)
            }
            try tx.end(attempt, as: state, code: code, at: time)
            if let event { try tx.insert(ConnectionEvent(event, of: connection, at: time)) }
            return .failed(code: code)
        }
    }

    private func settled(
        _ lease: ConnectionLease, _ connection: Connection, _ events: [ConnectionEvent.Kind],
        ending attempts: [RenewalAttempt] = [], as outcome: Outcome
    ) async throws -> Outcome {
        let time = now()
        return try await store.write { tx in
            guard try tx.settle(lease, as: connection) else { return .busy }
            for attempt in attempts where attempt.state == .sent {
                try tx.end(attempt.id, as: .ambiguous, code: "no-result", at: time)
            }
            for event in ConnectionEvent.inOrder(events, of: connection, at: time) { try tx.insert(event) }
            return outcome
        }
    }

    /// Nothing is to be renewed: people are told what is to be told, once, and the connection is looked at when the next thing is due.
    private func warned(
        _ lease: ConnectionLease, _ plan: UpkeepPlan, _ ground: Ground, _ due: [UpkeepPlan.Item], at time: Instant
    ) async throws -> Outcome {
        var connection = lease.connection
        var lines: [ConnectionPromise] = []
        for item in due {
            let line = ground.promises.first { $0.name == item.name }
            let number = line.map { $0.state == .open ? $0.number : $0.number + 1 } ?? 1
            lines.append(
                ConnectionPromise(
                    connection: connection.id, name: item.name, number: number, dueAt: item.dueAt,
                    state: .kept, settledAt: time, generation: connection.generation))
        }
        let names = Set(lines.map(\.name))
        connection.nextRenewalAt = plan.next(
            lines + ground.promises.filter { !names.contains($0.name) }, at: time)
        return try await store.write { [connection, lines] tx in
            guard try tx.settle(lease, as: connection) else { return .busy }
            for line in lines { try tx.put(line) }
            if !lines.isEmpty { try tx.insert(ConnectionEvent(.expiring, of: connection, at: time)) }
            return .postponed
        }
    }

    // MARK: The journal

    /// Hands on to the database what waits in the journal.
    private func recover() async {
        do {
            for entry in try journal.entries() {
                if try await recovered(entry) { try journal.keep { $0.attempt != entry.attempt } }
            }
        } catch {
            logger.warning("the recovery journal waits", metadata: ["error": "\(error)"])
        }
    }

    /// Whether the database has it, or can have no use for it any more.
    private func recovered(_ entry: RenewedTokens) async throws -> Bool {
        guard let id = entry.connectionID else { return true }
        let lease = try await store.write { [node] tx in
            try tx.claim(id, ifGeneration: entry.generation, by: node, seconds: Self.leaseSeconds, retaking: true)
        }
        if let lease { return try await save(entry, lease) }
        guard let found = try await store.read({ tx in try tx.connection(id) }) else { return true }
        return found.generation != entry.generation
    }
}

/// When what a provider gave ends.
struct AnsweredClocks {
    /// What a request takes at most, and clocks differ by, in seconds.
    private static let slack = 30

    let access: Instant?
    let refresh: Instant?
    let dataAccess: Instant?

    init(_ answer: TokenAnswer, after before: Connection.Clocks, _ provider: Provider, sentAt: Instant) {
        access = Self.end(answer.accessExpiry, from: sentAt) {
            // Nothing said: what it was the last time, else what the provider's file assumes. Never for ever by a guess.
            if let end = before.accessExpiresAt, let issued = before.issuedAt, end > issued {
                return sentAt.adding(seconds: end.seconds(since: issued))
            }
            switch provider.lifetimes.access {
            case .assumed(let seconds): return sentAt.adding(seconds: seconds)
            case .endless: return nil
            }
        }
        if provider.renewal.refreshExpiryIsFixed, before.refreshExpiresAt != nil {
            refresh = before.refreshExpiresAt
        } else {
            refresh = Self.end(answer.refreshExpiry, from: sentAt) {
                guard answer.refreshToken != nil, let seconds = provider.lifetimes.refresh else {
                    return before.refreshExpiresAt
                }
                return sentAt.adding(seconds: seconds)
            }
        }
        dataAccess = Self.end(answer.dataAccessExpiry, from: sentAt) { before.dataAccessExpiresAt }
    }

    private static func end(_ stated: StatedExpiry?, from sentAt: Instant, otherwise: () -> Instant?) -> Instant? {
        switch stated {
        case nil: otherwise()
        case .never: nil
        case .after(let seconds): sentAt.adding(seconds: max(1, seconds - slack))
        case .at(let time): time
        }
    }
}
