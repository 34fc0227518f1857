package import CredentialFormat
package import Model
package import ProviderDefinition

/// What a probe's answer does to a connection. Pure.
///
/// One failure is none: only a second one, at least a minute later, says that a connection is dead. What is wrong with our own client, or
/// with the provider, says nothing of a connection at all.
package enum HealthPolicy {
    private static let confirmationSeconds = 60
    private static let outageSeconds = 300

    /// What is to be done.
    package enum Decision: Sendable, Equatable {
        /// It is well; `status` where that is news.
        case well(recovers: Bool)
        /// Something seems wrong, and it is asked once more.
        case unsure
        /// Renew it: whether that works says how it is.
        case renew
        /// It became this.
        case becomes(ConnectionStatus)
        /// It is the operator's matter.
        case operatorFault(AnswerFailure)
        /// The provider is out of order, or asked too much.
        case nothingLearnt
    }

    /// - Parameter health: What is known, and then what is known with this answer.
    package static func decide(
        _ judgement: AnswerJudgement, _ health: inout ConnectionHealth, of connection: Connection,
        probe: HealthProbe, at now: Instant
    ) -> Decision {
        health.nextAt = next(probe, of: connection.id, after: now)
        switch judgement {
        case .success:
            let recovers = health.verdict != nil && health.verdict == connection.status
            health = ConnectionHealth(connection: connection.id, nextAt: health.nextAt, provenAt: now)
            return .well(recovers: recovers)
        case .failure(let failure): return decide(failure, &health, at: now)
        }
    }

    private static func decide(
        _ failure: AnswerFailure, _ health: inout ConnectionHealth, at now: Instant
    ) -> Decision {
        let verdict: ConnectionStatus?
        switch failure.errorClass {
        case .configError: return .operatorFault(failure)
        case .retry, .rateLimited:
            let wait = failure.retryAfter ?? outageSeconds
            health.nextAt = max(now.adding(seconds: wait), min(health.nextAt ?? now, now.adding(seconds: wait)))
            return .nothingLearnt
        case .renewThenReauth: verdict = nil
        case .reauthRequired: verdict = .reauthRequired
        case .revoked: verdict = .revoked
        case .userAction: verdict = .userAction
        case .permissionMissing: verdict = .permissionMissing
        case .blocked: verdict = .blocked
        }
        let isConfirmed =
            health.errorCode == failure.code
            && health.failedAt.map { now.seconds(since: $0) >= confirmationSeconds } ?? false
        guard isConfirmed else {
            if health.errorCode != failure.code || health.failedAt == nil { health.failedAt = now }
            health.errorCode = failure.code
            health.nextAt = now.adding(seconds: confirmationSeconds)
            return .unsure
        }
        guard let verdict else {
            health.failedAt = nil
            health.errorCode = nil
            return .renew
        }
        health.verdict = verdict
        // Whoever must consent anew makes a new beginning of it; what passes is looked at on.
        if !verdict.isRenewed { health.nextAt = nil }
        return .becomes(verdict)
    }

    /// When the next probe is due: always at the same distance for a connection, so that many are spread.
    package static func next(_ probe: HealthProbe, of id: ID<Connection>, after now: Instant) -> Instant {
        let share = Int(UInt16(truncatingIfNeeded: id.value ^ (id.value >> 40))) - 32_768
        let jitter = probe.every * probe.jitter / 100 * share / 32_768
        return now.adding(seconds: max(60, probe.every + jitter))
    }
}
