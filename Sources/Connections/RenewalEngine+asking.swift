import CredentialFormat
import Model
import Persistence
import ProviderDefinition
import Tokens

extension RenewalEngine {
    func perform(_ held: HeldLease, _ cause: Cause) async throws -> Outcome {
        let time = now()
        var connection = held.lease.connection
        guard connection.status.isRenewed, connection.generation > 0, let provider = self.provider(connection.provider)
        else {
            connection.nextRenewalAt = nil
            return try await settled(held.lease, Change(connection, nil), as: .impossible)
        }
        // What a spent token brought and the database did not take yet comes first: the same token is not spent again.
        guard try !journal.holds(connection.id, generation: connection.generation) else {
            await recover()
            let waits = try journal.holds(connection.id, generation: connection.generation)
            return waits ? .waiting : .unchanged(generation: connection.generation + 1)
        }
        let ground = try await grounds.answer(to: RenewalGround.Wish(held, provider))
        let plan = UpkeepPlan(provider, for: connection)
        if case .wish(let pause) = cause, let last = ground.attempts.first, last.startedAt.adding(seconds: pause) > time
        {
            return try await settled(held.lease, Change(connection, nil), as: .tried)
        }
        let due = plan.due(ground.promises, at: time)
        let warnings = due.filter { $0.action == .warn }
        let seals = due.contains { $0.action == .renew(lazily: false, sealing: true) }
        let hasTrouble = connection.trouble.failures > 0 || !ground.attempts.allSatisfy { $0.state != .sent }
        if cause == .schedule, due.count == warnings.count, !hasTrouble {
            return try await warned(ground, plan, warnings, at: time)
        }
        if cause != .need, let until = throttle.delay(connection.provider, connection.access, at: time) {
            // A wish changes nothing of the schedule.
            if cause == .schedule { connection.nextRenewalAt = until }
            return try await settled(held.lease, Change(connection, nil), as: .throttled(until: until))
        }
        guard let opened = try await vault.opened(ground.secrets, of: connection, under: ground.dataKeys) else {
            connection.nextRenewalAt = nil
            let event = connection.become(.unreadable, because: "credential_unreadable")
            return try await settled(
                held.lease, Change(connection, event), breaking: ground.promises,
                as: .failed(code: "credential_unreadable"))
        }
        switch LostAnswer(ground.attempts, of: connection, rotation: provider.renewal.rotation, at: time) {
        case nil, .tryAgain, .tryForTheLastTime: break
        case .wait(let until):
            connection.nextRenewalAt = until
            let event = connection.become(.degraded, because: "ambiguous_refresh")
            return try await settled(
                held.lease, Change(connection, event), ending: ground.attempts, as: .postponed)
        case .giveUp:
            connection.nextRenewalAt = nil
            let event = connection.become(.reauthRequired, because: "ambiguous_refresh")
            return try await settled(
                held.lease, Change(connection, event), ending: ground.attempts, breaking: ground.promises,
                as: .failed(code: "ambiguous_refresh"))
        }
        // All that could fail for a reason of ours fails before anything is spent.
        let seal = try vault.seal(
            for: connection, generation: connection.generation + 1, after: opened, isFresh: seals, at: time)
        let clientSecrets = try await ground.client.secrets(vault)
        guard !clientSecrets.isEmpty else {
            return try await failed(.ours(.configError, "no_client_secret"), nil, ground)
        }
        guard let attempt = try await noted(ground, opened.secrets, at: time) else { return .busy }
        return try await spend(Spending(opened.secrets, seal, clientSecrets, attempt), ground)
    }

    /// What is spent, and how what comes for it is sealed. It holds secrets.
    final class Spending: Sendable, Redacted {
        let secrets: ConnectionSecrets
        let seal: ConnectionSeal
        /// Of our client, the newest first.
        let clientSecrets: [String]
        let attempt: ID<RenewalAttempt>

        init(
            _ secrets: ConnectionSecrets, _ seal: ConnectionSeal, _ clientSecrets: [String],
            _ attempt: ID<RenewalAttempt>
        ) {
            self.secrets = secrets
            self.seal = seal
            self.clientSecrets = clientSecrets
            self.attempt = attempt
        }
    }

    /// Writes down that a token is about to be spent, nil where the lease was lost meanwhile. Where nobody knows whether it was written,
    /// it is taken back as far as can be: else a token that is whole would be taken for one that may be spent.
    private func noted(
        _ ground: RenewalGround, _ secrets: ConnectionSecrets, at time: Instant
    ) async throws -> ID<RenewalAttempt>? {
        let connection = ground.connection
        let fingerprint = try secrets.refreshToken.map { token in
            try keyRing.keys.fingerprint(of: "refresh_token", connection.provider, token)
        }
        let attempt = RenewalAttempt(
            id: ID(at: time.milliseconds), connection: connection.id, generation: connection.generation,
            fence: ground.lease.fence, tokenFingerprint: fingerprint, state: .sent, startedAt: time)
        do {
            return try await note(attempt, ground, at: time) ? attempt.id : nil
        } catch StoreError.uncertain {
            _ = try? await withdrawn(attempt.id)
            throw StoreError.uncertain
        }
    }

    private func note(_ attempt: RenewalAttempt, _ ground: RenewalGround, at time: Instant) async throws -> Bool {
        let isSafe = ground.provider.renewal.rotation.retryWindow == .unbounded
        let open = ground.attempts.filter { $0.state == .sent }
        guard !open.isEmpty else { return try await notes.answer(to: AttemptNoting.Wish(attempt, under: ground.lease)) }
        return try await store.write { [leaseSeconds] tx in
            // What is another's to end by now is let be.
            guard try tx.extend(ground.lease, seconds: leaseSeconds) else { return false }
            for earlier in open {
                try tx.end(earlier.id, as: isSafe ? .superseded : .ambiguous, code: "no-result", at: time)
            }
            return try tx.insert(attempt, under: ground.lease)
        }
    }

    /// Asks, and sees to what comes of it. The lease is kept meanwhile, however long it takes.
    private func spend(_ spending: Spending, _ ground: RenewalGround) async throws -> Outcome {
        leases.keep(ground.held)
        defer { leases.drop(ground.held) }
        let name = ground.connection.provider
        let sentAt = now()
        guard let reply = await asked(spending, ground) else { return try await withdrawn(spending.attempt) }
        switch reply {
        case .tokens(let answer, let children):
            throttle.note(name, failed: false, at: now())
            let renewed = try sealed(answer, children, spending, ground, sentAt: sentAt)
            return await saved(renewed, ground)
        case .failed(let failure):
            throttle.note(name, failed: failure.errorClass == .retry, at: now())
            return try await failed(failure, spending.attempt, ground)
        case .notSent(let code):
            throttle.note(name, failed: true, at: now())
            return try await failed(.ours(.retry, code), spending.attempt, ground)
        case .lost(let code):
            throttle.note(name, failed: true, at: now())
            return try await lost(code, spending.attempt, ground)
        }
    }

    /// Asks with the newest of our client's secrets, and with the one before if that one is refused: the provider looks at the client
    /// first, so no token is spent by it.
    ///
    /// - Returns: Nil, with nothing spent, where the lease may be another node's by now: this one stood still for too long.
    private func asked(_ spending: Spending, _ ground: RenewalGround) async -> ProviderReply? {
        guard let access = ground.access else { return nil }
        let connection = ground.connection
        var values = RequestValues(of: connection)
        values[.clientIdentifier] = access.clientID
        values[.accessToken] = spending.secrets.accessToken
        values[.refreshToken] = spending.secrets.refreshToken
        values[.scope] = connection.scopes.joined(separator: " ")
        var last: ProviderReply?
        for secret in spending.clientSecrets {
            values[.clientSecret] = secret
            let request = RenewalRequest(ground.provider, for: connection, with: values)
            // As late as can be: what was sure when it was noted may not be any more.
            guard await ground.held.isSureOrProlonged() else { return last }
            let reply = await caller.renew(request)
            guard case .failed(let failure) = reply, failure.errorClass == .configError else { return reply }
            last = reply
        }
        return last
    }

    /// Writes down that nothing was sent after all. The attempt is this node's own, whoever has the lease.
    private func withdrawn(_ attempt: ID<RenewalAttempt>) async throws -> Outcome {
        let time = now()
        try await store.write { tx in try tx.end(attempt, as: .superseded, code: "not-sent", at: time) }
        return .busy
    }
}
