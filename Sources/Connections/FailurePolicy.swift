package import Model
package import ProviderDefinition

/// What a failed renewal does to a connection. Pure.
package enum FailurePolicy {
    /// For so long a connection is tried before it is called exhausted, in seconds.
    package static let patienceSeconds = 14 * 86_400
    /// The operator's faults are looked at again after so many seconds.
    private static let operatorSeconds = 3600
    private static let confirmationSeconds = 60

    /// How long to wait after so many failures in a row, in seconds.
    package static func wait(after failures: Int) -> Int {
        let waits = [30, 120, 600, 3600]
        return waits[min(max(failures, 1), waits.count) - 1]
    }

    /// Applies a failure.
    ///
    /// - Parameters:
    ///   - isFrozen: Whether so many fail at this provider that it says nothing of the connection.
    ///   - isLastTry: Whether an answer to the same token was lost before. A refusal is not confirmed then: that would show the token
    ///     once more.
    /// - Returns: What is to be told, nil for nothing.
    package static func apply(
        _ failure: AnswerFailure, to connection: inout Connection, isFrozen: Bool, isLastTry: Bool = false,
        at now: Instant
    ) -> ConnectionEvent.Kind? {
        let earlier = connection.trouble
        switch failure.errorClass {
        case .configError:
            connection.nextRenewalAt = now.adding(seconds: operatorSeconds)
            return nil
        case .rateLimited:
            connection.nextRenewalAt = now.adding(seconds: max(1, min(failure.retryAfter ?? 60, 86_400)))
            return nil
        case .retry:
            if isFrozen {
                connection.nextRenewalAt = now.adding(seconds: wait(after: max(1, earlier.failures)))
                return nil
            }
            note(failure, on: &connection, at: now)
            if let first = connection.trouble.firstFailedAt, now.seconds(since: first) >= patienceSeconds {
                _ = connection.become(.degraded, because: failure.code)
                return end(.exhausted, failure, &connection)
            }
            let wait = failure.retryAfter ?? wait(after: connection.trouble.failures)
            connection.nextRenewalAt = now.adding(seconds: max(1, min(wait, 86_400)))
            return connection.become(.degraded, because: failure.code)
        case .renewThenReauth, .reauthRequired:
            return definite(.reauthRequired, failure, isLastTry, earlier, &connection, now)
        case .revoked: return definite(.revoked, failure, isLastTry, earlier, &connection, now)
        case .userAction: return waiting(.userAction, failure, &connection, now)
        case .permissionMissing: return waiting(.permissionMissing, failure, &connection, now)
        case .blocked: return waiting(.blocked, failure, &connection, now)
        }
    }

    /// What a second one, a minute later, must confirm.
    private static func definite(
        _ status: ConnectionStatus, _ failure: AnswerFailure, _ isLastTry: Bool, _ earlier: Connection.Trouble,
        _ connection: inout Connection, _ now: Instant
    ) -> ConnectionEvent.Kind? {
        note(failure, on: &connection, at: now)
        let isConfirmed =
            earlier.errorCode == failure.code
            && earlier.lastFailedAt.map { now.seconds(since: $0) >= confirmationSeconds } ?? false
        guard failure.needsConfirmation, !isConfirmed, !isLastTry else { return end(status, failure, &connection) }
        connection.nextRenewalAt = now.adding(seconds: confirmationSeconds)
        return connection.become(.degraded, because: failure.code)
    }

    private static func waiting(
        _ status: ConnectionStatus, _ failure: AnswerFailure, _ connection: inout Connection, _ now: Instant
    ) -> ConnectionEvent.Kind? {
        note(failure, on: &connection, at: now)
        connection.nextRenewalAt = now.adding(seconds: wait(after: connection.trouble.failures + 2))
        return connection.become(status, because: failure.code)
    }

    private static func end(
        _ status: ConnectionStatus, _ failure: AnswerFailure, _ connection: inout Connection
    ) -> ConnectionEvent.Kind? {
        connection.nextRenewalAt = nil
        return connection.become(status, because: failure.code)
    }

    private static func note(_ failure: AnswerFailure, on connection: inout Connection, at now: Instant) {
        connection.trouble = Connection.Trouble(
            failures: connection.trouble.failures + 1, firstFailedAt: connection.trouble.firstFailedAt ?? now,
            lastFailedAt: now, errorClass: failure.errorClass.rawValue, errorCode: failure.code)
    }
}
