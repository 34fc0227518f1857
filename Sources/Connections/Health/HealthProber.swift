package import CredentialFormat
import Events
import Logging
package import Model
package import Persistence
import ProviderDefinition

/// Asks providers whether connections work, without changing anything there and without spending what can be spent once.
package struct HealthProber: Sendable {
    /// What came of a probe.
    package enum Outcome: Sendable, Equatable {
        case well
        /// It was well again after it had been found otherwise.
        case recovered
        /// Something seems wrong; a second probe decides.
        case unsure
        case became(ConnectionStatus)
        /// A renewal was the probe, or was needed.
        case renewed(RenewalEngine.Outcome)
        case operatorFault(code: String)
        /// The provider could not be asked, or answered nothing that says how the connection is.
        case nothingLearnt
        /// Our client asks its provider so much at the moment that it waits.
        case postponed
        /// It is not probed.
        case skipped
        /// Somebody else changes it at this moment.
        case busy
    }

    private static let leaseSeconds = 60

    private let service: ConnectionService

    /// - Parameter service: Whose store, keys and providers are used.
    package init(_ service: ConnectionService) {
        self.service = service
    }

    /// Claims connections whose probe is due. One that nothing comes of is due again in five minutes.
    package func claim(limit: Int) async throws -> [DueProbe] {
        let now = service.now()
        guard try await service.store.read({ tx in try tx.hasDueProbes(at: now) }) else { return [] }
        return try await service.store.write { tx in
            try tx.claimDueProbes(at: now, again: now.adding(seconds: 300), limit: limit)
        }
    }

    /// Probes what was claimed, as far as our client may ask that much.
    package func probe(_ due: DueProbe) async -> Outcome {
        do {
            return try await probe(due.connection, asksThrottle: true)
        } catch {
            service.logger.warning(
                "a connection was not probed, and is tried again",
                metadata: ["connection": "\(due.connection)", "error": "\(error)"])
            return .nothingLearnt
        }
    }

    /// Probes one connection now.
    package func probe(_ id: ID<Connection>) async throws -> Outcome {
        try await probe(id, asksThrottle: false)
    }

    private func probe(_ id: ID<Connection>, asksThrottle: Bool) async throws -> Outcome {
        let now = service.now()
        let found = try await service.store.read { tx in (try tx.connection(id), try tx.health(of: id)) }
        guard let connection = found.0 else { return .skipped }
        var health = found.1 ?? ConnectionHealth(connection: id, nextAt: nil)
        guard connection.status.isRenewed, let provider = service.catalogue[connection.provider],
            let probe = provider.health
        else {
            health.nextAt = nil
            try await put(health)
            return .skipped
        }
        if asksThrottle,
            let until = service.engine.throttle.probeDelay(
                connection.provider, connection.access, at: now)
        {
            health.nextAt = until
            try await put(health)
            return .postponed
        }
        if let end = connection.clocks.accessExpiresAt, end <= now {
            health.nextAt = HealthPolicy.next(probe, of: id, after: now)
            try await put(health)
            guard probe.renewsWhenStale else { return .skipped }
            return .renewed(try await service.engine.renew(id, ifGeneration: connection.generation))
        }
        guard let call = try await service.call(for: connection), !call.client.secrets.isEmpty else {
            return .nothingLearnt
        }
        guard let judgement = await asked(provider, probe, call) else {
            health.nextAt = now.adding(seconds: 300)
            try await put(health)
            return .nothingLearnt
        }
        let decision = HealthPolicy.decide(judgement, &health, of: connection, probe: probe, at: now)
        return try await act(decision, judgement, health, connection, call.client.access)
    }

    /// What the provider says, nil where it was not reached.
    private func asked(
        _ provider: Provider, _ probe: HealthProbe, _ call: ConnectionCall
    ) async -> AnswerJudgement? {
        let template: RequestTemplate
        switch probe.question {
        case .request(let request): template = request
        case .step(let name):
            guard let step = provider.step(name) else { return nil }
            template = step.request
        }
        guard case .judged(let judgement) = await service.ask(template, of: provider, by: call) else { return nil }
        return judgement
    }

    private func act(
        _ decision: HealthPolicy.Decision, _ judgement: AnswerJudgement, _ health: ConnectionHealth,
        _ connection: Connection, _ access: ProviderAccess
    ) async throws -> Outcome {
        switch decision {
        case .well(recovers: false):
            try await put(health)
            return .well
        case .unsure:
            try await put(health)
            return .unsure
        case .nothingLearnt:
            try await put(health)
            return .nothingLearnt
        case .operatorFault(let failure):
            await service.note(ConnectFailure(failure), of: access)
            try await put(health)
            return .operatorFault(code: failure.code)
        case .renew:
            try await put(health)
            return .renewed(try await service.engine.renew(connection.id, ifGeneration: connection.generation))
        case .well(recovers: true):
            return try await settled(health, connection, as: .connected, failure: nil) ? .recovered : .busy
        case .becomes(let status):
            guard case .failure(let failure) = judgement else { return .nothingLearnt }
            return try await settled(health, connection, as: status, failure: failure) ? .became(status) : .busy
        }
    }

    private func put(_ health: ConnectionHealth) async throws {
        try await service.store.write { tx in try tx.put(health) }
    }

    /// Writes down what a connection became. False where somebody else has it or changed it meanwhile; then it is asked again soon.
    private func settled(
        _ health: ConnectionHealth, _ before: Connection, as status: ConnectionStatus, failure: AnswerFailure?
    ) async throws -> Bool {
        let now = service.now()
        return try await service.store.write { [node = service.node] tx in
            let claimed = try tx.claim(
                before.id, ifGeneration: before.generation, by: node, seconds: Self.leaseSeconds)
            guard let lease = claimed else {
                var later = health
                later.nextAt = now.adding(seconds: 60)
                later.verdict = nil
                try tx.put(later)
                return false
            }
            var connection = lease.connection
            let event = connection.become(status, because: failure?.code)
            if let failure {
                connection.trouble.errorClass = failure.errorClass.rawValue
                connection.trouble.errorCode = failure.code
                connection.trouble.firstFailedAt = connection.trouble.firstFailedAt ?? health.failedAt
                connection.trouble.lastFailedAt = now
            } else {
                connection.trouble = Connection.Trouble()
                connection.lastProvenAt = now
            }
            if !status.isRenewed {
                connection.nextRenewalAt = nil
                try tx.breakPromises(
                    try tx.latestPromises(of: connection.id), because: failure?.code, at: now)
            }
            guard try tx.settle(lease, as: connection) else { return false }
            if let event { try tx.insert(ConnectionEvent(event, of: connection, at: now)) }
            try tx.put(health)
            return true
        }
    }
}
