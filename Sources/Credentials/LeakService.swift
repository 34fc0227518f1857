package import CredentialFormat
import Events
package import Model
package import Persistence
package import Policy
package import ProductDefinition

/// Ends credentials that fell into wrong hands, known by their text alone. Whoever holds one may end it: that proves more than any right
/// would, and takes nothing from anybody who should still have it.
package struct LeakService: Sendable {
    /// Who tells that a credential has leaked.
    package enum Teller: Sendable {
        /// Whoever shows it, to end it.
        case holder
        /// A partner that searches for secrets, with where it found this one, if that can be told.
        case partner(foundAt: String?)
    }

    /// What became of a credential.
    package enum Outcome: String, Hashable, Sendable {
        case revoked, quarantined
        /// It was to be quarantined, and was disabled before.
        case alreadyDisabled = "already_disabled"
    }

    /// The request by which somebody tells it, for the audit log.
    package struct Occasion: Sendable {
        package let teller: Teller
        package let requestID: String
        package let address: IPAddress?

        package init(_ teller: Teller, requestID: String, address: IPAddress?) {
            self.teller = teller
            self.requestID = requestID
            self.address = address
        }
    }

    /// Whose a secret is.
    package enum Leaked: Hashable, Sendable {
        case apiKey(ID<APIKey>, in: ID<Organization>, isPrevious: Bool)
        case accessKey(ID<AccessKey>, of: ID<Contact>, in: ID<Organization>)
        case secret(ID<ClientSecret>, of: ClientID, isPrevious: Bool)

        /// The identifier of the credential that it belongs to.
        package var identifier: String {
            switch self {
            case .apiKey(let id, _, _): id.description
            case .accessKey(let id, _, _): id.description
            case .secret(_, let client, _): client.description
            }
        }
    }

    private let peppers: @Sendable () -> Peppers
    private let apiKeys: APIKeyService
    private let accessKeys: AccessKeyService
    private let integrations: IntegrationService
    private let apps: AppService
    private let resourceServers: ResourceServerService
    private let now: @Sendable () -> Instant

    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, safe: ClientSecretSafe,
        now: @escaping @Sendable () -> Instant
    ) {
        self.peppers = peppers
        self.now = now
        apiKeys = APIKeyService(product: product, peppers: peppers, now: now)
        accessKeys = AccessKeyService(product: product, peppers: peppers, now: now)
        integrations = IntegrationService(product: product, peppers: peppers, safe: safe, now: now)
        apps = AppService(product: product, peppers: peppers, now: now)
        resourceServers = ResourceServerService(product: product, peppers: peppers, now: now)
    }

    /// Whose a secret is that may be accepted, now or once it is enabled; nil for nobody's, and for one that has ended by itself and is not
    /// swept yet. One indexed look-up for each pepper.
    package func find(_ secret: PresentedSecret, tx: borrowing Transaction) throws -> Leaked? {
        let now = now()
        for pepper in peppers().all {
            let digest = secret.digest(under: pepper)
            switch secret.kind {
            case .apiKey:
                guard let found = try tx.apiKeyForVerification(matching: digest) else { continue }
                let end = found.isPrevious ? found.key.previousExpiresAt : found.key.expiresAt
                guard found.key.expiresAt > now, let end, end > now else { return nil }
                return .apiKey(found.key.id, in: found.key.organization, isPrevious: found.isPrevious)
            case .accessKey:
                guard let (found, key) = try tx.contactForVerification(matching: digest) else { continue }
                return .accessKey(key, of: found.contact.id, in: found.contact.organization)
            case .clientSecret:
                guard let found = try tx.clientSecret(matching: digest) else { continue }
                guard found.isLive(at: now) else { return nil }
                return .secret(found.id, of: found.client, isPrevious: found.expiresAt != nil)
            // Those are sealed, or live for minutes.
            case .accessToken, .refreshToken, .authorizationCode, .invitation, .session: return nil
            }
        }
        return nil
    }

    /// Ends what a secret belongs to, nil for nobody's. An older secret that a rotation left working ends by itself; with the secret in
    /// force, so does every older one, and access tokens of an integration.
    package func end(
        _ secret: PresentedSecret, by measure: LeakMeasure, on occasion: Occasion, tx: borrowing Transaction
    ) throws -> (leaked: Leaked, outcome: Outcome)? {
        guard let leaked = try find(secret, tx: tx) else { return nil }
        let actor = actor(leaked, occasion)
        let outcome =
            switch leaked {
            case .apiKey(let id, let home, let isPrevious):
                try end(id, in: home, isPrevious: isPrevious, by: measure, as: actor, tx: tx)
            case .accessKey(let id, let contact, let home):
                try end(id, of: contact, in: home, by: measure, as: actor, tx: tx)
            case .secret(let id, let client, let isPrevious):
                try end(id, of: client, isPrevious: isPrevious, by: measure, as: actor, tx: tx)
            }
        return (leaked, outcome)
    }

    private func end(
        _ id: ID<APIKey>, in home: ID<Organization>, isPrevious: Bool, by measure: LeakMeasure, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Outcome {
        if isPrevious {
            guard
                let older = try apiKeys.secrets(of: id, in: home, as: actor, tx: tx).first(where: {
                    $0.expiresAt != nil
                })
            else { throw Refusal.notFound }
            try apiKeys.endSecret(older.id, of: id, in: home, as: actor, tx: tx)
            return .revoked
        }
        switch measure {
        case .revoke:
            // Another secret, which nobody is told: so not even an enabled key takes the leaked one again.
            _ = try apiKeys.rotate(id, in: home, force: true, as: actor, tx: tx)
            _ = try apiKeys.disable(id, in: home, force: true, as: actor, tx: tx)
            return .revoked
        case .quarantine:
            guard try apiKeys.get(id, in: home, as: actor, tx: tx).disabledAt == nil else { return .alreadyDisabled }
            _ = try apiKeys.disable(id, in: home, force: true, as: actor, tx: tx)
            return .quarantined
        }
    }

    private func end(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in home: ID<Organization>, by measure: LeakMeasure,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Outcome {
        switch measure {
        case .revoke:
            _ = try accessKeys.rotate(id, of: contact, in: home, force: true, as: actor, tx: tx)
            _ = try accessKeys.disable(id, of: contact, in: home, as: actor, tx: tx)
            return .revoked
        case .quarantine:
            let key = try accessKeys.get(id, of: contact, in: home, as: actor, tx: tx)
            guard key.disabledAt == nil else { return .alreadyDisabled }
            _ = try accessKeys.disable(id, of: contact, in: home, as: actor, tx: tx)
            return .quarantined
        }
    }

    /// The secret alone is put into quarantine, not its client. Those of resource servers are the operator's own, and are replaced at once.
    private func end(
        _ id: ID<ClientSecret>, of client: ClientID, isPrevious: Bool, by measure: LeakMeasure, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Outcome {
        switch client {
        case .integration(let client):
            guard let home = try tx.integration(client)?.organization else { throw Refusal.notFound }
            if isPrevious {
                try integrations.endSecret(id, of: client, in: home, as: actor, tx: tx)
                return .revoked
            }
            switch measure {
            case .revoke:
                _ = try integrations.rotate(client, in: home, endsTokens: true, force: true, as: actor, tx: tx)
                return .revoked
            case .quarantine:
                let isNew = try integrations.quarantineSecret(id, of: client, in: home, as: actor, tx: tx)
                return isNew ? .quarantined : .alreadyDisabled
            }
        case .app(let client):
            guard let home = try tx.app(client)?.organization else { throw Refusal.notFound }
            if isPrevious {
                try apps.endSecret(id, of: client, in: home, as: actor, tx: tx)
                return .revoked
            }
            switch measure {
            case .revoke:
                _ = try apps.rotate(client, in: home, force: true, as: actor, tx: tx)
                return .revoked
            case .quarantine:
                let isNew = try apps.quarantineSecret(id, of: client, in: home, as: actor, tx: tx)
                return isNew ? .quarantined : .alreadyDisabled
            }
        case .resourceServer(let client):
            _ = try resourceServers.rotate(client, force: true, as: actor, tx: tx)
            return .revoked
        }
    }

    /// Who the audit log says it was, and why. All that it is for is to take rights away.
    private func actor(_ leaked: Leaked, _ occasion: Occasion) -> Actor {
        var remarks = ["reason": "leaked"]
        let identity: Actor.Identity
        switch occasion.teller {
        case .holder:
            remarks["told_by"] = "holder"
            switch leaked {
            case .apiKey(let id, _, _): identity = .apiKey(id)
            case .secret(_, of: .integration(let id), isPrevious: _): identity = .integration(id, for: nil)
            case .secret(_, of: .app(let id), isPrevious: _): identity = .app(id, for: nil)
            case .accessKey, .secret(_, of: .resourceServer, isPrevious: _): identity = .command("self-revoke")
            }
        case .partner(let place):
            remarks["told_by"] = "partner"
            remarks["found_at"] = place
            identity = .provider("secret-scanning")
        }
        return Actor(
            identity, reach: .everything, permissions: Set(Permission.allCases), requestID: occasion.requestID,
            address: occasion.address, remarks: remarks)
    }
}
