package import CredentialFormat
import Events
package import Model
package import Persistence
import ProviderDefinition
import Tokens

/// What would become of an account's connections if one were ended. Shown before.
package struct DisconnectionForecast: Sendable {
    /// What happens at the provider.
    package enum AtProvider: String, Sendable, CaseIterable {
        /// Access is given back.
        case revoked
        /// Other connections would end with it, so access stays unless somebody insists.
        case spared
        /// Nobody knows who connected, so nobody knows what would end with it: access stays unless somebody insists.
        case uncertain
        /// The provider has no call for it: the user can take access back there.
        case noCall = "no_call"
        /// There is nothing left to give back.
        case nothing
    }

    package let connection: Connection
    package let atProvider: AtProvider
    /// What is below it now.
    package let children: [ConnectionChildRow]
    /// Other connections that would end if access were given back, as far as the actor may know of them.
    package let others: [Connection]
    /// Whether there are more, of which the actor may know nothing else.
    package let hasHiddenOthers: Bool
}

/// Whether access is given back at the provider.
package enum RevocationWish: String, Sendable, CaseIterable {
    /// As ``DisconnectionForecast`` says.
    case unlessOthersEnd = "unless_others_end"
    /// Although others end with it.
    case always
    /// Only here; for a provider that is out of order.
    case never
}

/// What came of ending a connection.
package enum DisconnectOutcome: Sendable {
    /// It is ended, and what was sealed is destroyed.
    case disconnected(Connection, atProvider: DisconnectionForecast.AtProvider, receipt: ShreddingReceiptRow)
    /// The provider did not take access back, so nothing was destroyed: without the tokens nobody could try it again.
    case notRevoked(ConnectFailure)
}

extension ConnectionService {
    /// How long whoever renews it may be waited for, in seconds.
    private static let patience = 15
    private static let leaseSeconds = 60

    /// What ending a connection would do. Nothing is done yet.
    package func forecast(
        ofEnding id: ID<Connection>, in organization: ID<Organization>, as actor: Actor
    ) async throws -> DisconnectionForecast {
        let (connection, children) = try await own.read(as: actor) { tx in
            let found = try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
            return (found, try tx.currentChildren(of: found))
        }
        let revocation = catalogue[connection.provider]?.revocation
        let takesOthers = revocation?.blastRadius == .userApp
        let others = takesOthers ? try await others(of: connection, as: actor) : Others()
        let end: DisconnectionForecast.AtProvider
        if connection.generation == 0 || [.disconnected, .unreadable, .revoked].contains(connection.status) {
            end = .nothing
        } else if revocation == nil {
            end = .noCall
        } else if takesOthers, connection.accountFingerprint == nil {
            end = .uncertain
        } else {
            end = others.isEmpty ? .revoked : .spared
        }
        return DisconnectionForecast(
            connection: connection, atProvider: end, children: children, others: others.visible,
            hasHiddenOthers: others.hasHidden)
    }

    /// Ends a connection: access is given back at the provider as wished, then all that was sealed for it is destroyed, with a receipt.
    package func disconnect(
        _ id: ID<Connection>, in organization: ID<Organization>, revoking wish: RevocationWish = .unlessOthersEnd,
        as actor: Actor
    ) async throws -> DisconnectOutcome {
        let forecast = try await forecast(ofEnding: id, in: organization, as: actor)
        guard forecast.connection.status != .disconnected else { throw Self.over }
        var end = forecast.atProvider
        switch wish {
        case .never: if end == .revoked { end = .spared }
        case .always: if end == .spared || end == .uncertain { end = .revoked }
        case .unlessOthersEnd: break
        }
        if end == .revoked { try await freshen(forecast.connection) }
        let lease = try await claimed(id)
        // Whoever had it before may have ended it.
        guard lease.connection.status != .disconnected else {
            try await store.write { tx in try tx.release(lease) }
            throw Self.over
        }
        if end == .revoked {
            do {
                if let call = try await call(for: lease.connection) {
                    if let failure = try await revoke(lease.connection, by: call) {
                        try await store.write { tx in try tx.release(lease) }
                        return .notRevoked(failure)
                    }
                } else {
                    // What does not open cannot be shown, so nothing is said to have been given back (threat I2).
                    end = .nothing
                }
            } catch {
                try? await store.write { tx in try tx.release(lease) }
                throw error
            }
        }
        var connection = lease.connection
        connection.nextRenewalAt = nil
        // What a node's journal still has of the generation before is for nobody.
        connection.generation += 1
        let event = connection.become(.disconnected, because: end.rawValue)
        let (time, keys) = (now(), keyRing.keys)
        let receipt = try await store.write { [connection, issuer, end] tx in
            _ = try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
            guard try tx.settle(lease, as: connection) else { throw Self.busy }
            let values = try tx.deleteConnectionSecrets(of: id)
            let receipt = try tx.shred(
                id.description, of: connection.organization, provider: connection.provider, values: values,
                issuer: issuer, keys: keys, at: time)
            try tx.deleteHealth(of: id)
            try tx.breakPromises(try tx.latestPromises(of: id), because: "disconnected", at: time)
            if let event { try tx.insert(ConnectionEvent(event, of: connection, at: time)) }
            try tx.record(
                .connectionDisconnected, target: id, in: connection.organization,
                details: [
                    "provider": connection.provider, "name": connection.name, "at_provider": end.rawValue,
                    "receipt": receipt.id.description,
                ], by: actor, at: time)
            return receipt
        }
        return .disconnected(connection, atProvider: end, receipt: receipt)
    }

    private static let over = Refusal.conflict(code: "disconnected", explanation: "It was ended before.")
    private static let busy = Refusal.conflict(
        code: "busy", explanation: "It is being renewed at this moment. Try it again.")

    /// The lease, once whoever renews it is done.
    private func claimed(_ id: ID<Connection>) async throws -> ConnectionLease {
        for number in 0...Self.patience {
            if number > 0 { try await Task.sleep(for: .seconds(1)) }
            let lease = try await store.write { [node] tx in
                try tx.claim(id, by: node, seconds: Self.leaseSeconds)
            }
            if let lease { return lease }
        }
        throw Self.busy
    }

    /// Renews a connection whose access token has ended and is needed to give access back. Where that fails, the revocation says so.
    private func freshen(_ connection: Connection) async throws {
        guard let request = catalogue[connection.provider]?.revocation?.request, request.needsAccessToken,
            let end = connection.clocks.accessExpiresAt, end <= now().adding(seconds: 60), connection.status.isRenewed
        else { return }
        _ = try await engine.renew(connection.id, ifGeneration: connection.generation)
    }

    /// Gives access back. Nil where that is done, or where the provider says that there is nothing to give back.
    private func revoke(_ connection: Connection, by call: ConnectionCall) async throws -> ConnectFailure? {
        guard let provider = catalogue[connection.provider], let revocation = provider.revocation else { return nil }
        let failure: AnswerFailure
        switch await ask(revocation.request, of: provider, by: call) {
        case .unreached(let code): return ConnectFailure(.providerDown, code: code)
        case .judged(.success): return nil
        case .judged(.failure(let found)): failure = found
        }
        switch failure.errorClass {
        case .renewThenReauth, .reauthRequired, .revoked: return nil
        case .retry, .rateLimited, .userAction, .permissionMissing, .blocked, .configError:
            let told = ConnectFailure(failure)
            await note(told, of: call.client.access)
            return told
        }
    }
}

extension ConnectionService {
    /// Other connections of the same account through the same client of ours.
    struct Others {
        var visible: [Connection] = []
        var hasHidden = false

        var isEmpty: Bool { visible.isEmpty && !hasHidden }
    }

    func others(of connection: Connection, as actor: Actor) async throws -> Others {
        guard let account = connection.accountFingerprint else { return Others() }
        return try await store.read { tx in
            var others = Others()
            var place: ID<Connection>?
            repeat {
                let found = try tx.connections(
                    ofAccount: account, through: connection.access, after: place, limit: Self.mostShown)
                for other in found
                where other.id != connection.id && ![.disconnected, .revoked, .pending].contains(other.status) {
                    if others.visible.count < Self.mostShown, actor.may(.connectionsRead, in: other.path) {
                        others.visible.append(other)
                    } else {
                        others.hasHidden = true
                    }
                }
                place = found.count == Self.mostShown ? found.last?.id : nil
            } while place != nil
            return others
        }
    }

    /// Of the others, that are named.
    private static let mostShown = 1000
}

extension RequestTemplate {
    /// Whether it shows the access token.
    fileprivate var needsAccessToken: Bool {
        switch authentication {
        case .bearer, .header: return true
        case .clientParameters, .clientBasic, .none:
            return (parameters + headers).contains { $0.value.values.contains(.accessToken) }
        }
    }
}
