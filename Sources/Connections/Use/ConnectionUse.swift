package import CredentialFormat
import Locking
package import Model
import Persistence
package import ProviderDefinition

/// An access token that works. It holds a secret.
package struct UsableToken: Sendable, Redacted {
    package let connection: Connection
    package let token: String
    /// Nil for one that has no end, or none that is known: what is below a connection.
    package let expiresAt: Instant?
    /// Whose it is, nil for the connection's own.
    let child: ConnectionChildRow?
    let hasRefreshToken: Bool
}

/// Why there is no token, or no answer, at this moment. Nothing of it says that the connection is not well.
package struct UseFailure: Error, Hashable, Sendable {
    /// How it is told.
    package enum Kind: Sendable {
        /// The provider, the way to it or our own client there is out of order.
        case unavailable
        /// So much is under way already.
        case crowded
        /// The provider may have taken the call, and no answer came.
        case lost
        /// The same, for want of time.
        case late
    }

    package let kind: Kind
    /// Ours, or the provider's.
    package let code: String
    /// In seconds.
    package let retryAfter: Int

    init(_ kind: Kind, code: String, retryAfter: Int) {
        self.kind = kind
        self.code = code
        self.retryAfter = min(max(retryAfter, 1), 3600)
    }
}

/// Connections in use: their access tokens for backends, and calls to their providers in their name.
///
/// A look at a token that lives writes no row (law 6): who looked is counted in memory and written into the audit log in batches
/// (``UseRecord``). What is not well enough is renewed first, by the one flight of ``RenewalEngine``.
package final class ConnectionUse: Sendable {
    /// After a renewal that failed, nobody's wish causes another one for so long, in seconds; after one for a token that was refused,
    /// nobody's refusal of the new one does.
    private static let coolingSeconds = 30
    /// How many such connections are remembered.
    private static let mostCooling = 10_000
    /// How long another node's renewal is waited for: so often, so long each time.
    private static let looks = 20
    private static let pause = Duration.milliseconds(250)

    /// A renewal that failed or did not help, and until when there is none for that.
    private struct Cooling {
        let generation: Int
        let code: String
        let until: Instant
        /// Whether it brought a token, so that only a refusal of that one is not followed.
        let isOfNewToken: Bool
    }

    package let service: ConnectionService
    let relay: any ProviderRelay
    package let record: UseRecord
    let crowd = RelayCrowd()
    private let cooling = Lock<[ID<Connection>: Cooling]>([:])

    package init(_ service: ConnectionService, relay: any ProviderRelay) {
        self.service = service
        self.relay = relay
        record = UseRecord(store: service.store, now: service.now)
    }

    /// Ends the replies to calls that are still being passed on, and that nobody may be reading.
    package func endReplies() { crowd.end() }

    /// What token is wanted.
    package struct Wish: Sendable {
        /// For how many seconds it should still live. More than half of what it lives in all is never waited for.
        package var seconds: Int
        /// A generation whose token the provider refused.
        package var refused: Int?
        /// Of something below the connection: its kind, `/` and the provider's identifier.
        package var child: String?

        package init(seconds: Int, refused: Int? = nil, child: String? = nil) {
            self.seconds = seconds
            self.refused = refused
            self.child = child
        }
    }

    /// The access token of a connection. It is renewed first where too little of its life is left; one that still lives is given
    /// although that failed.
    ///
    /// - Throws: ``Refusal``, also where only a person can help; ``UseFailure`` where the provider or its renewal is out of order.
    package func token(
        of id: ID<Connection>, in organization: ID<Organization>, _ wish: Wish, as actor: Actor
    ) async throws -> UsableToken {
        let token = try await fresh(id, organization, wish, actor)
        try await record.note(.token, of: token.connection, by: actor)
        return token
    }

    /// The same, without being noted.
    func fresh(
        _ id: ID<Connection>, _ organization: ID<Organization>, _ wish: Wish, _ actor: Actor
    ) async throws -> UsableToken {
        let held = try await held(id, organization, wish, actor)
        guard needsRenewal(held, wish) else { return held }
        guard isRenewable(held) else {
            guard serves(held, wish) else { throw Self.ended }
            return held
        }
        if let youngest = youngest(held), youngest > service.now() {
            guard serves(held, wish) else {
                throw UseFailure(
                    .unavailable, code: "too_young_to_renew", retryAfter: youngest.seconds(since: service.now()))
            }
            return held
        }
        let generation = held.connection.generation
        if let failed = coolingDown(id, generation), !failed.isOfNewToken || wish.refused == generation {
            guard serves(held, wish) else {
                throw UseFailure(
                    .unavailable, code: failed.code, retryAfter: failed.until.seconds(since: service.now()))
            }
            return held
        }
        let outcome = try await service.engine.renew(id, ifGeneration: generation)
        switch outcome {
        case .renewed:
            let renewed = try await self.held(id, organization, wish, actor)
            // A provider that refuses something else with 401 would else have a token spent for each call.
            if wish.refused == generation { _ = cool(renewed.connection, "refused_anew", isOfNewToken: true) }
            return renewed
        case .unchanged: return try await self.held(id, organization, wish, actor)
        case .busy: return try await renewedElsewhere(id, organization, wish, actor, than: held)
        case .impossible:
            let now = try await self.held(id, organization, wish, actor)
            guard serves(now, wish) else { throw Self.ended }
            return now
        case .postponed, .throttled, .tried:
            return try await kept(id, organization, wish, actor, than: generation, code: "postponed")
        case .waiting: return try await kept(id, organization, wish, actor, than: generation, code: "not_saved_yet")
        case .failed(let code): return try await kept(id, organization, wish, actor, than: generation, code: code)
        }
    }

    /// What there is after a renewal that brought nothing. No other one is begun for a while.
    private func kept(
        _ id: ID<Connection>, _ organization: ID<Organization>, _ wish: Wish, _ actor: Actor, than generation: Int,
        code: String
    ) async throws -> UsableToken {
        let held = try await held(id, organization, wish, actor)
        // Somebody else brought another one meanwhile.
        guard held.connection.generation == generation else { return held }
        let until = cool(held.connection, code)
        guard serves(held, wish) else {
            throw UseFailure(.unavailable, code: code, retryAfter: until.seconds(since: service.now()))
        }
        return held
    }

    /// What comes of the renewal that another node is at.
    private func renewedElsewhere(
        _ id: ID<Connection>, _ organization: ID<Organization>, _ wish: Wish, _ actor: Actor, than before: UsableToken
    ) async throws -> UsableToken {
        for _ in 1...Self.looks {
            // Whoever still has one that lives need not wait.
            if serves(before, wish) { return before }
            try await Task.sleep(for: Self.pause)
            let held = try await held(id, organization, wish, actor)
            if held.connection.generation != before.connection.generation { return held }
        }
        throw UseFailure(.unavailable, code: "busy", retryAfter: 1)
    }

    // MARK: What is held

    /// The token that is there, whatever is left of its life.
    private func held(
        _ id: ID<Connection>, _ organization: ID<Organization>, _ wish: Wish, _ actor: Actor
    ) async throws -> UsableToken {
        let found = try await service.own.read(as: actor) { tx in
            try tx.heldToken(of: id, in: organization, below: wish.child, as: actor)
        }
        guard let row = found.row, let token = try await open(row, found) else {
            throw Self.refusal(of: found.connection, as: .unreadable)
        }
        let isOfChild = row.field != ConnectionSecrets.accessField
        return UsableToken(
            connection: found.connection, token: token,
            expiresAt: isOfChild ? nil : found.connection.clocks.accessExpiresAt, child: found.child,
            hasRefreshToken: found.hasRefreshToken)
    }

    /// The token, nil where it does not open.
    private func open(_ row: ConnectionSecretRow, _ found: HeldToken) async throws -> String? {
        let secrets = try await service.vault.open([row], of: found.connection, under: found.dataKeys)
        return secrets?.accessToken ?? secrets?.ofChildren[row.field]
    }

    private func needsRenewal(_ held: UsableToken, _ wish: Wish) -> Bool {
        let (connection, now) = (held.connection, service.now())
        if wish.refused == connection.generation { return true }
        guard let end = held.expiresAt else { return false }
        let life = end.seconds(since: connection.clocks.issuedAt ?? connection.createdAt)
        return end.seconds(since: now) < max(1, min(wish.seconds, life / 2))
    }

    /// Before that, the provider refuses to renew.
    private func youngest(_ held: UsableToken) -> Instant? {
        service.catalogue[held.connection.provider].map { UpkeepPlan($0, for: held.connection).youngest }
    }

    private func isRenewable(_ held: UsableToken) -> Bool {
        service.catalogue[held.connection.provider]?.renewal.grant.isPossible(withRefreshToken: held.hasRefreshToken)
            ?? false
    }

    /// Whether it works as far as anybody knows, although it is not what was wished for.
    private func serves(_ held: UsableToken, _ wish: Wish) -> Bool {
        guard wish.refused != held.connection.generation else { return false }
        return held.expiresAt.map { $0 > service.now() } ?? true
    }

    // MARK: What failed lately

    private func coolingDown(_ id: ID<Connection>, _ generation: Int) -> Cooling? {
        let now = service.now()
        return cooling.withLock { cooling in
            guard let failed = cooling[id], failed.generation == generation, failed.until > now else { return nil }
            return failed
        }
    }

    private func cool(_ connection: Connection, _ code: String, isOfNewToken: Bool = false) -> Instant {
        let now = service.now()
        let until = now.adding(seconds: Self.coolingSeconds)
        cooling.withLock { cooling in
            if cooling.count >= Self.mostCooling { cooling = cooling.filter { $0.value.until > now } }
            // Without a place for it, the next one simply asks again.
            guard cooling.count < Self.mostCooling else { return }
            cooling[connection.id] = Cooling(
                generation: connection.generation, code: code, until: until, isOfNewToken: isOfNewToken)
        }
        return until
    }

    private static let ended = Refusal.conflict(
        code: "connection_ended",
        explanation: "Its access token has ended, and nothing renews it. The account must be connected again.")

    /// Why no token of it is given.
    static func refusal(of connection: Connection, as status: ConnectionStatus) -> Refusal {
        let reason = connection.reason.map { " Reason: \($0)." } ?? ""
        return .conflict(code: "connection_\(status.rawValue)", explanation: status.explanation + reason)
    }
}

/// What is read to give a token.
struct HeldToken: Sendable {
    let connection: Connection
    /// Nil where nothing is sealed.
    let row: ConnectionSecretRow?
    let dataKeys: [DataKeyRow]
    let child: ConnectionChildRow?
    /// It stays sealed.
    let hasRefreshToken: Bool
}

extension Transaction {
    /// The sealed access token of a connection, and none of its refresh token.
    fileprivate borrowing func heldToken(
        of id: ID<Connection>, in organization: ID<Organization>, below child: String?, as actor: Actor
    ) throws -> HeldToken {
        let connection = try connection(id, in: organization, where: actor, may: .connectionsUse)
        guard connection.status.isUsable else {
            throw ConnectionUse.refusal(of: connection, as: connection.status)
        }
        let keys = try dataKeys(of: id.description)
        let hasRefreshToken =
            try connectionSecret(of: id, generation: connection.generation, field: ConnectionSecrets.refreshField)
            != nil
        var found: ConnectionChildRow?
        if let child {
            found = try currentChildren(of: connection).first { "\($0.kind)/\($0.identifier)" == child }
            guard found != nil else { throw Refusal.notFound }
            let field = "child/\(child)/\(ConnectionSecrets.accessField)"
            if let row = try connectionSecret(of: id, generation: connection.generation, field: field) {
                return HeldToken(
                    connection: connection, row: row, dataKeys: keys, child: found, hasRefreshToken: hasRefreshToken)
            }
        }
        // What is below without a token of its own is reached with the connection's.
        return HeldToken(
            connection: connection,
            row: try connectionSecret(
                of: id, generation: connection.generation, field: ConnectionSecrets.accessField),
            dataKeys: keys, child: found, hasRefreshToken: hasRefreshToken)
    }
}

extension ConnectionStatus {
    /// Whether its access token may work.
    package var isUsable: Bool {
        switch self {
        case .connected, .degraded, .permissionMissing: true
        case .pending, .reauthRequired, .revoked, .userAction, .blocked, .exhausted, .unreadable, .disconnected: false
        }
    }

    /// Whether only somebody who goes to the provider helps.
    package var needsPerson: Bool {
        switch self {
        case .reauthRequired, .revoked, .userAction, .permissionMissing, .exhausted, .unreadable: true
        case .pending, .connected, .degraded, .blocked, .disconnected: false
        }
    }

    /// What it means and who can do something about it, in a sentence.
    package var explanation: String {
        switch self {
        case .pending: "Nobody has consented to it yet."
        case .connected: "It works."
        case .degraded: "The last renewal failed and is tried again; the access token may still work."
        case .reauthRequired: "The provider accepts its tokens no longer. The account must be connected again."
        case .revoked:
            "The user or an administrator took access away at the provider. The account must be connected again."
        case .userAction: "The user must do something at the provider first, and then connect the account again."
        case .permissionMissing: "A permission is missing or was withdrawn. Connect the account again and grant it."
        case .blocked: "The provider blocks the account or our client for a time."
        case .exhausted:
            "It could not be renewed for so long that its tokens have ended. The account must be connected again."
        case .unreadable: "What is sealed of it does not open. The account must be connected again."
        case .disconnected: "It was ended, and its tokens were destroyed."
        }
    }
}
