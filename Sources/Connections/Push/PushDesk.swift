import CredentialFormat
import Events
import FoundationEssentials
import JWTKit
package import Model
import Persistence
package import Policy
import ProductDefinition
import ProviderDefinition
import TextForms
import Tokens

/// Takes in what providers tell by themselves of accounts that are connected. Whoever has no key of the provider's changes nothing
/// here, and learns nothing.
package final class PushDesk: Sendable {
    /// Longer ones are nobody's.
    package static let maximumBytes = 16_384
    /// What was said longer ago is refused: nobody keeps for ever what was said already.
    private static let oldestSeconds = 7 * 86_400
    private static let skewSeconds = 300
    /// By so much a provider's clock may be behind ours where it says something of a consent that has just been given.
    private static let roundingSeconds = 2
    private static let doubtSeconds = 120
    /// Connections of an account in one transaction. An account may have any number of them.
    package static let step = 100

    private let service: ConnectionService
    private let keys: SecurityEventKeys

    /// - Parameter service: Whose store, keys and providers are used.
    package init(_ service: ConnectionService) {
        self.service = service
        keys = SecurityEventKeys(over: service.transport, logger: service.logger)
    }

    /// Who asked, as the audit log shows it.
    package struct Caller: Sendable {
        let requestID: String
        let address: IPAddress?

        package init(requestID: String, address: IPAddress?) {
            self.requestID = requestID
            self.address = address
        }
    }

    // MARK: Signed requests

    /// Takes in that a user removed our app at the provider (Meta).
    package func deauthorize(
        _ signedRequest: String, at provider: String, from caller: Caller
    ) async throws -> PushOutcome {
        try await take(signedRequest, .revoked, "deauthorized", at: provider, from: caller)
    }

    /// Takes in that a user wants destroyed what is known of them (Meta).
    package func erase(
        _ signedRequest: String, at provider: String, from caller: Caller
    ) async throws -> PushOutcome {
        let outcome = try await take(signedRequest, .erased, "erased", at: provider, from: caller)
        guard case .taken = outcome else { return outcome }
        return .erased(confirmation: try confirmation(at: provider))
    }

    private func take(
        _ signedRequest: String, _ kind: AccountNotice.Kind, _ code: String, at name: String, from caller: Caller
    ) async throws -> PushOutcome {
        guard let offered = service.offered(name), offered.provider.intakes.contains(.signedRequest) else {
            return .unknown
        }
        guard signedRequest.utf8.count <= Self.maximumBytes, signedRequest.utf8.count(where: { $0 == 0x2E }) == 1 else {
            return .refused("form")
        }
        guard let client = try await service.client(of: offered.offer), !client.secrets.isEmpty else {
            return .unavailable("no-client-secret")
        }
        guard let request = SignedRequest(signedRequest, secrets: client.secrets) else { return .refused("signature") }
        guard let time = request.issuedAt, isTimely(time) else { return .refused("time") }
        let notice = AccountNotice(account: request.accountIdentifier, kind: kind, code: code, at: time)
        return try await apply([notice], of: offered, through: client.access, once: nil, from: caller)
    }

    // MARK: Security events

    /// Takes in a security event token (RFC 8417, RFC 8935; Google).
    package func take(
        securityEvent token: String, at name: String, from caller: Caller
    ) async throws -> PushOutcome {
        guard let offered = service.offered(name), let intake = offered.provider.securityEvents else {
            return .unknown
        }
        // What anybody can make up is looked at first, so that it costs little.
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.maximumBytes, parts.count == 3,
            let header: SecurityEventHeader = Self.decoded(parts[0]), header.alg == "RS256",
            let claimed: SecurityEventToken = Self.decoded(parts[1])
        else { return .refused("form") }
        if let problem = problem(claimed, intake, offered) { return .refused(problem) }
        let set: JWTKeyCollection
        switch await keys.find(header.kid, of: offered.provider, intake, at: service.now()) {
        case .keys(let found): set = found
        case .unknown: return .refused("key")
        case .unavailable: return .unavailable("keys")
        }
        guard let event = try? await set.verify(token, as: SecurityEventToken.self) else {
            return .refused("signature")
        }
        let access = try await service.store.read { tx in
            try tx.providerAccess(at: offered.offer.provider, client: offered.offer.clientIdentifier)
        }
        guard let access else { return .taken(changes: 0) }
        let digest = try service.keyRing.keys.fingerprint(of: "push", offered.provider.identifier, event.jti)
        let notices = event.notices(of: intake.issuer, at: Instant(seconds: event.iat))
        return try await apply(notices, of: offered, through: access, once: digest, from: caller)
    }

    private static func decoded<T: Decodable>(_ part: Substring) -> T? {
        Base64URL.bytes(Array(part.utf8)).flatMap { try? JSONDecoder().decode(T.self, from: Data($0)) }
    }

    /// What is wrong with the claims, nil for nothing.
    private func problem(
        _ token: SecurityEventToken, _ intake: PushIntake.RISC, _ offered: ConnectionService.Offered
    ) -> String? {
        guard SecurityEventToken.isSame(token.iss, intake.issuer) else { return "issuer" }
        guard token.aud.value.contains(offered.offer.clientIdentifier) else { return "audience" }
        guard (1...512).contains(token.jti.utf8.count), (0..<(1 << 40)).contains(token.iat),
            isTimely(Instant(seconds: token.iat))
        else { return "time" }
        return nil
    }

    private func isTimely(_ time: Instant) -> Bool {
        let age = service.now().seconds(since: time)
        return age <= Self.oldestSeconds && age >= -Self.skewSeconds
    }

    // MARK: What follows

    /// All of it, in steps that do no harm when they are made again: what is taken in once is noted after the last of them.
    ///
    /// - Parameter digest: Of what is taken in once alone.
    private func apply(
        _ notices: [AccountNotice], of offered: ConnectionService.Offered, through access: ProviderAccess,
        once digest: [UInt8]?, from caller: Caller
    ) async throws -> PushOutcome {
        let provider = offered.provider
        let actor = Actor(
            .provider(provider.identifier), reach: .everything, permissions: [], requestID: caller.requestID,
            address: caller.address)
        let (time, keys, issuer) = (service.now(), service.keyRing.keys, service.issuer)
        let accounts = try notices.map { try keys.fingerprint(ofAccount: $0.account, at: provider.identifier) }
        if let digest, try await service.store.read({ tx in try tx.hasPush(digest) }) { return .taken(changes: 0) }
        var changes = 0
        for (notice, account) in zip(notices, accounts) {
            var place: ID<Connection>?
            repeat {
                let step = try await service.store.write { [place] tx in
                    let found = try tx.connections(
                        ofAccount: account, through: access.id, after: place, limit: Self.step)
                    var count = 0
                    for connection in found {
                        guard let kind = Self.kind(of: notice, for: connection) else { continue }
                        let isChanged =
                            switch kind {
                            case .revoked: try tx.revoke(connection, because: notice.code, by: actor, at: time)
                            case .doubtful: try tx.probeNow(connection, provider, at: time)
                            case .erased:
                                try tx.erase(connection, provider, issuer: issuer, keys: keys, by: actor, at: time)
                            }
                        if isChanged { count += 1 }
                    }
                    return Step(changes: count, next: found.count == Self.step ? found.last?.id : nil)
                }
                changes += step.changes
                place = step.next
            } while place != nil
        }
        if let digest { try await service.store.write { tx in try tx.notePush(digest, at: time) } }
        return .taken(changes: changes)
    }

    private struct Step: Sendable {
        let changes: Int
        /// Behind which connection to go on, nil where that was all.
        let next: ID<Connection>?
    }

    /// What follows for one connection. What was said before its consent is about the consent before; where it was at about that time,
    /// the provider is asked. It cannot be asked whether somebody wants to be forgotten, and that it is done is confirmed to them.
    private static func kind(of notice: AccountNotice, for connection: Connection) -> AccountNotice.Kind? {
        let lead = (connection.clocks.consentedAt ?? connection.createdAt).seconds(since: notice.at)
        if lead <= roundingSeconds { return notice.kind }
        guard lead <= doubtSeconds else { return nil }
        switch notice.kind {
        case .erased: return .erased
        case .revoked, .doubtful: return .doubtful
        }
    }

    // MARK: Erasures that users look up

    /// Time, noise and a signature of both, so that nothing need be kept for it.
    private func confirmation(at provider: String) throws -> String {
        let head = "\(service.now().seconds)"
        let noise = Hexadecimal.text(withUnsafeBytes(of: UInt32.random(in: 0 ... .max)) { Array($0) })
        return head + noise + (try signature(of: head + noise, at: provider))
    }

    private func signature(of text: String, at provider: String) throws -> String {
        Hexadecimal.text(Array(try service.keyRing.keys.fingerprint(of: "erasure", provider, text).prefix(8)))
    }

    /// When what a code was given for was destroyed, nil for a code that is none of ours.
    package func erasure(_ confirmation: String, at name: String) throws -> Erasure? {
        guard let offered = service.offered(name), confirmation.utf8.count > 24, confirmation.utf8.count <= 40 else {
            return nil
        }
        let signed = String(confirmation.dropLast(16))
        guard try signature(of: signed, at: name) == String(confirmation.suffix(16)),
            let seconds = Int64(signed.dropLast(8))
        else { return nil }
        return Erasure(provider: offered.provider.title, at: Instant(seconds: seconds))
    }

    /// That what was known of a user was destroyed.
    package struct Erasure: Sendable, Equatable {
        /// The provider, as pages call it.
        package let provider: String
        package let at: Instant
    }
}

extension Transaction {
    /// Writes down that access was taken back at the provider. False where that was known.
    fileprivate borrowing func revoke(
        _ before: Connection, because code: String, by actor: Actor, at time: Instant
    ) throws -> Bool {
        var connection = before
        guard let event = connection.become(.revoked, because: code) else { return false }
        connection.nextRenewalAt = nil
        connection.trouble.errorClass = ErrorClass.revoked.rawValue
        connection.trouble.errorCode = code
        connection.trouble.lastFailedAt = time
        // What a renewal that is under way brings is for nobody.
        connection.generation += 1
        guard try replace(connection, ofGeneration: before.generation) else { return false }
        if var health = try health(of: connection.id) {
            health.nextAt = nil
            try put(health)
        }
        try breakPromises(try latestPromises(of: connection.id), because: code, at: time)
        try insert(ConnectionEvent(event, of: connection, at: time))
        try record(
            .connectionRevoked, target: connection.id, in: connection.organization,
            details: ["provider": connection.provider, "name": connection.name, "reason": code], by: actor, at: time)
        return true
    }

    /// Has a connection looked at in the next round. False where nothing looks at it.
    fileprivate borrowing func probeNow(
        _ connection: Connection, _ provider: Provider, at time: Instant
    ) throws -> Bool {
        guard connection.status.isRenewed, provider.health != nil else { return false }
        var health = try health(of: connection.id) ?? ConnectionHealth(connection: connection.id, nextAt: nil)
        health.nextAt = time
        try put(health)
        return true
    }

    /// Destroys what is sealed for a connection, with a receipt, and removes what says whose account it is. What people had ended
    /// before loses only the latter.
    fileprivate borrowing func erase(
        _ before: Connection, _ provider: Provider, issuer: String, keys: KeySet, by actor: Actor, at time: Instant
    ) throws -> Bool {
        var connection = before
        if let event = connection.become(.disconnected, because: "erased") {
            connection.nextRenewalAt = nil
            connection.generation += 1
            guard try replace(connection, ofGeneration: before.generation) else { return false }
            let values = try deleteConnectionSecrets(of: connection.id)
            let receipt = try shred(
                connection.id.description, of: connection.organization, provider: connection.provider, values: values,
                issuer: issuer, keys: keys, at: time)
            try deleteHealth(of: connection.id)
            try breakPromises(try latestPromises(of: connection.id), because: "disconnected", at: time)
            try insert(ConnectionEvent(event, of: connection, at: time))
            try record(
                .connectionDisconnected, target: connection.id, in: connection.organization,
                details: ["provider": connection.provider, "reason": "erased", "receipt": receipt.id.description],
                by: actor, at: time)
        }
        try eraseAccount(of: connection.id, leaving: provider.title)
        return true
    }
}
