package import CredentialFormat
import Events
package import Model
import Persistence
import ProviderDefinition

/// What came of a renewal that somebody wanted.
package enum WantedRenewal: Sendable, Equatable {
    case renewed
    /// It was renewed a moment before.
    case unchanged
    /// Somebody is at it, or what the provider gave is still to be written down.
    case underWay
    /// An answer that was lost has to be waited for first.
    case postponed
    /// The provider is asked as much as it takes, or is out of order, and not for that much longer.
    case throttled(retryAfterSeconds: Int)
    /// Why, in a word of the provider's or of ours.
    case failed(code: String)
}

extension ConnectionService {
    /// After the provider was asked, nobody's wish has it asked again for so long, in seconds.
    private static let renewalPauseSeconds = 30

    /// Renews a connection now, however long its next try would be waited for: whoever has put something right, at the provider or in our
    /// client there, need not wait to see that it works. Who asks while it is renewed gets what comes of that. What keeps the provider
    /// from being asked too much holds for a wish as well.
    ///
    /// - Returns: The connection as it is then, and what came of it.
    /// - Throws: ``Refusal``: also where only a person at the provider helps, where nothing renews it, and ``Refusal/tooOften(retryAfterSeconds:)``
    ///   a moment after a renewal that failed.
    package func renew(
        _ id: ID<Connection>, in organization: ID<Organization>, as actor: Actor
    ) async throws -> (connection: Connection, outcome: WantedRenewal) {
        let (connection, last, hasRefreshToken) = try await own.read(as: actor) { tx in
            let connection = try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
            return (
                connection, try tx.renewalAttempts(of: id, limit: 1).first,
                try tx.connectionSecret(
                    of: id, generation: connection.generation, field: ConnectionSecrets.refreshField) != nil
            )
        }
        guard connection.status.isRenewed, connection.generation > 0 else {
            throw ConnectionUse.refusal(of: connection, as: connection.status)
        }
        guard let provider = catalogue[connection.provider],
            provider.renewal.grant.isPossible(withRefreshToken: hasRefreshToken)
        else { throw Self.notRenewable }
        let time = now()
        guard UpkeepPlan(provider, for: connection).youngest <= time else { throw Self.tooYoung }
        if let last, last.startedAt.adding(seconds: Self.renewalPauseSeconds) > time {
            switch last.state {
            case .succeeded: return (connection, .unchanged)
            case .sent: return (connection, .underWay)
            case .failed, .ambiguous, .superseded:
                let end = last.startedAt.adding(seconds: Self.renewalPauseSeconds)
                throw Refusal.tooOften(retryAfterSeconds: max(1, end.seconds(since: time)))
            }
        }
        try await own.write(as: actor) { tx in
            let connection = try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
            try tx.record(
                .connectionRenewalWanted, target: id, in: connection.organization,
                details: ["provider": connection.provider, "name": connection.name], by: actor, at: time)
        }
        let outcome: WantedRenewal
        switch try await engine.renew(id, ifGeneration: connection.generation, pause: Self.renewalPauseSeconds) {
        case .renewed: outcome = .renewed
        case .unchanged: outcome = .unchanged
        case .busy, .waiting: outcome = .underWay
        case .postponed: outcome = .postponed
        case .throttled(let until): outcome = .throttled(retryAfterSeconds: max(1, until.seconds(since: now())))
        // Somebody else's wish came first.
        case .tried: throw Refusal.tooOften(retryAfterSeconds: Self.renewalPauseSeconds)
        case .failed(let code): outcome = .failed(code: code)
        case .impossible: throw Self.notRenewable
        }
        let after = try await own.read(as: actor) { tx in
            var connection = try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
            connection.noteProof(at: try tx.health(of: id)?.provenAt)
            return connection
        }
        return (after, outcome)
    }

    private static let notRenewable = Refusal.conflict(
        code: "connection_not_renewable",
        explanation: "Nothing renews it: there is no refresh token, or its provider knows no renewal.")
    private static let tooYoung = Refusal.conflict(
        code: "connection_too_young", explanation: "Its provider renews no token that is so young.")
}

extension Renewal.Grant {
    /// Whether there is anything to renew a connection with. An attempt without that would call it dead before it is.
    func isPossible(withRefreshToken hasRefreshToken: Bool) -> Bool {
        switch self {
        case .none: false
        case .refreshToken: hasRefreshToken
        case .accessToken, .chain: true
        }
    }
}
