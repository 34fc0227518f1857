import CredentialFormat
import Model
import Persistence
import ProviderDefinition

extension RenewalEngine {
    /// - Parameter attempt: Nil where nothing was asked.
    func failed(
        _ failure: AnswerFailure, _ attempt: ID<RenewalAttempt>?, _ ground: RenewalGround
    ) async throws -> Outcome {
        var connection = ground.connection
        let time = now()
        let failure = TestingMode.explained(failure, of: connection, at: ground.provider, at: time)
        let lost = LostAnswer(ground.attempts, of: connection, rotation: ground.provider.renewal.rotation, at: time)
        let event = FailurePolicy.apply(
            failure, to: &connection, isFrozen: throttle.isOpen(connection.provider),
            isLastTry: lost == .tryForTheLastTime, at: time)
        let change = Change(connection, event)
        return try await store.write { tx in
            // Nothing was spent, whoever has the lease by now.
            if let attempt { try tx.end(attempt, as: .failed, code: failure.code, at: time) }
            if failure.errorClass == .configError {
                try tx.setFault(failure.code, of: change.connection.access, at: time)
            }
            guard try tx.settle(ground.lease, as: change.connection) else {
                // Only an unchanged generation counts as a failure.
                return .unchanged(generation: try tx.connection(change.connection.id)?.generation ?? 0)
            }
            if change.connection.nextRenewalAt == nil {
                try tx.breakPromises(ground.promises, because: failure.code, at: time)
            }
            try tx.insert(change, at: time)
            return .failed(code: failure.code)
        }
    }

    /// No answer came. What may be done about it hangs on what becomes of a token that was sent.
    func lost(_ code: String, _ attempt: ID<RenewalAttempt>, _ ground: RenewalGround) async throws -> Outcome {
        let time = now()
        let rotation = ground.provider.renewal.rotation
        var connection = ground.connection
        var event = FailurePolicy.apply(.ours(.retry, code), to: &connection, isFrozen: false, at: time)
        let state: RenewalAttempt.State
        switch rotation.retryWindow {
        case .unbounded: state = .failed
        case .seconds(let window):
            state = .ambiguous
            connection.nextRenewalAt = time.adding(seconds: max(1, min(30, window / 4)))
        case .never:
            state = .ambiguous
            let this = RenewalAttempt(
                id: attempt, connection: connection.id, generation: connection.generation, fence: ground.lease.fence,
                tokenFingerprint: nil, state: .ambiguous, startedAt: time)
            switch LostAnswer(ground.attempts + [this], of: connection, rotation: rotation, at: time) {
            case nil, .tryAgain, .tryForTheLastTime: connection.nextRenewalAt = time.adding(seconds: 30)
            case .wait(let until):
                connection.nextRenewalAt = until
                event = connection.become(.degraded, because: "ambiguous_refresh") ?? event
            case .giveUp:
                connection.nextRenewalAt = nil
                event = connection.become(.reauthRequired, because: "ambiguous_refresh") ?? event
            }
        }
        let change = Change(connection, event)
        return try await store.write { tx in
            guard try tx.settle(ground.lease, as: change.connection) else {
                return .unchanged(generation: try tx.connection(change.connection.id)?.generation ?? 0)
            }
            try tx.end(attempt, as: state, code: code, at: time)
            if change.connection.nextRenewalAt == nil {
                try tx.breakPromises(ground.promises, because: "ambiguous_refresh", at: time)
            }
            try tx.insert(change, at: time)
            return .failed(code: code)
        }
    }

    /// Nothing was asked, and this is why.
    func settled(
        _ lease: ConnectionLease, _ change: Change, ending attempts: [RenewalAttempt] = [],
        breaking promises: [ConnectionPromise] = [], as outcome: Outcome
    ) async throws -> Outcome {
        let time = now()
        return try await store.write { tx in
            guard try tx.settle(lease, as: change.connection) else { return .busy }
            for attempt in attempts where attempt.state == .sent {
                try tx.end(attempt.id, as: .ambiguous, code: "no-result", at: time)
            }
            try tx.breakPromises(promises, because: change.connection.reason, at: time)
            try tx.insert(change, at: time)
            return outcome
        }
    }

    /// Nothing is to be renewed: people are told what is to be told, once, and the connection is looked at when the next thing is due.
    func warned(
        _ ground: RenewalGround, _ plan: UpkeepPlan, _ due: [UpkeepPlan.Item], at time: Instant
    ) async throws -> Outcome {
        var connection = ground.connection
        var lines: [ConnectionPromise] = []
        for item in due {
            let line = ground.promises.first { $0.name == item.name }
            let number = line.map { $0.state == .open ? $0.number : $0.number + 1 } ?? 1
            lines.append(
                ConnectionPromise(
                    connection: connection.id, name: item.name, number: number, dueAt: item.dueAt,
                    state: .kept, settledAt: time, generation: connection.generation))
        }
        connection.nextRenewalAt = plan.next(ground.promises.replaced(by: lines), at: time)
        let change = Change(connection, lines.isEmpty ? nil : .expiring)
        return try await store.write { [lines] tx in
            guard try tx.settle(ground.lease, as: change.connection) else { return .busy }
            try tx.put(lines)
            try tx.insert(change, at: time)
            return .postponed
        }
    }

    /// What a connection became, and what is to be told of it.
    final class Change: Sendable {
        let connection: Connection
        let event: ConnectionEvent.Kind?

        init(_ connection: Connection, _ event: ConnectionEvent.Kind?) {
            self.connection = connection
            self.event = event
        }
    }
}

extension Transaction {
    fileprivate borrowing func insert(_ change: RenewalEngine.Change, at time: Instant) throws {
        guard let event = change.event else { return }
        try insert(ConnectionEvent(event, of: change.connection, at: time))
    }
}
