import CredentialFormat
import Credentials
import Events
import Model
import Persistence
import ProductDefinition
import Tokens
import Verification

extension RevocationDesk {
    func repeated(
        _ deed: Revocation.Deed, on id: ID<APIKey>, at time: Instant, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let key = try tx.apiKey(id) else { return false }
        let service = APIKeyService(product: product, peppers: peppers, now: now)
        let home = key.organization
        switch deed {
        case .end: try service.delete(id, in: home, force: true, as: actor, tx: tx)
        case .disable:
            guard key.disabledAt == nil else { return false }
            _ = try service.disable(id, in: home, force: true, as: actor, tx: tx)
        case .replaceSecret(let overlapUntil, _):
            guard key.rotatedAt <= time, key.expiresAt > now() else { return false }
            _ = try service.rotate(
                id, in: home, overlapSeconds: rest(of: overlapUntil), force: true, as: actor, tx: tx)
        case .endSecret(let secret):
            guard let secret = ID<APIKeySecret>(parsing: secret) else { throw Self.unknown }
            try service.endSecret(secret, of: id, in: home, as: actor, tx: tx)
        case .narrow(let scopes, _, _):
            guard let left = try narrowed(key.scopes, to: scopes) else { return false }
            _ = try service.edit(id, in: home, APIKeyEdit(scopes: left), force: true, as: actor, tx: tx)
        case .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys: throw Self.unknown
        }
        return true
    }

    func repeated(
        _ deed: Revocation.Deed, on id: ID<Integration>, at time: Instant, by actor: Actor,
        _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let integration = try tx.integration(id) else { return false }
        let service = IntegrationService(
            product: product, peppers: peppers, safe: ClientSecretSafe(keyRing: keyRing), now: now)
        let home = integration.organization
        switch deed {
        case .end: try service.delete(id, in: home, as: actor, tx: tx)
        case .disable:
            guard integration.disabling == nil else { return false }
            _ = try service.disable(id, in: home, as: actor, tx: tx)
        case .replaceSecret(let overlapUntil, let endsTokens):
            guard try !hasSecret(.integration(id), madeAfter: time, tx) else { return false }
            _ = try service.rotate(
                id, in: home, overlapSeconds: rest(of: overlapUntil), endsTokens: endsTokens, force: true, as: actor,
                tx: tx)
        case .endSecret(let secret):
            guard let secret = ID<ClientSecret>(parsing: secret) else { throw Self.unknown }
            try service.endSecret(secret, of: id, in: home, as: actor, tx: tx)
        case .narrow(let scopes, _, _):
            guard let left = try narrowed(integration.scopes, to: scopes) else { return false }
            _ = try service.edit(id, in: home, IntegrationEdit(scopes: left), as: actor, tx: tx)
        case .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys: throw Self.unknown
        }
        return true
    }

    func repeated(
        _ deed: Revocation.Deed, on id: ID<App>, at time: Instant, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let app = try tx.app(id) else { return false }
        let service = AppService(product: product, peppers: peppers, now: now)
        let home = app.organization
        switch deed {
        case .end: try service.delete(id, in: home, as: actor, tx: tx)
        case .disable:
            guard app.disabling == nil else { return false }
            _ = try service.disable(id, in: home, as: actor, tx: tx)
        case .replaceSecret(let overlapUntil, _):
            guard try !hasSecret(.app(id), madeAfter: time, tx) else { return false }
            _ = try service.rotate(
                id, in: home, overlapSeconds: rest(of: overlapUntil), force: true, as: actor, tx: tx)
        case .endSecret(let secret):
            guard let secret = ID<ClientSecret>(parsing: secret) else { throw Self.unknown }
            try service.endSecret(secret, of: id, in: home, as: actor, tx: tx)
        case .narrow(let scopes, _, _):
            guard let left = try narrowed(app.scopes, to: scopes) else { return false }
            _ = try service.edit(id, in: home, AppEdit(scopes: left), as: actor, tx: tx)
        case .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys: throw Self.unknown
        }
        return true
    }

    func repeated(
        _ deed: Revocation.Deed, on id: ID<AccessKey>, at time: Instant, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let key = try tx.accessKey(id), let contact = try tx.contact(key.contact) else { return false }
        let service = AccessKeyService(product: product, peppers: peppers, now: now)
        let home = contact.organization
        switch deed {
        case .end: try service.delete(id, of: contact.id, in: home, as: actor, tx: tx)
        case .disable:
            guard key.disabledAt == nil else { return false }
            _ = try service.disable(id, of: contact.id, in: home, as: actor, tx: tx)
        case .replaceSecret:
            guard key.rotatedAt <= time else { return false }
            _ = try service.rotate(id, of: contact.id, in: home, as: actor, tx: tx)
        case .endSecret, .narrow, .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys:
            throw Self.unknown
        }
        return true
    }

    func repeated(
        _ deed: Revocation.Deed, on id: ID<ResourceServer>, at time: Instant, by actor: Actor,
        _ tx: borrowing Transaction
    ) throws -> Bool {
        guard try tx.resourceServer(id) != nil else { return false }
        let service = ResourceServerService(product: product, peppers: peppers, now: now)
        switch deed {
        case .end: try service.delete(id, force: true, as: actor, tx: tx)
        case .replaceSecret(let overlapUntil, _):
            guard try !hasSecret(.resourceServer(id), madeAfter: time, tx) else { return false }
            _ = try service.rotate(id, overlapSeconds: rest(of: overlapUntil), force: true, as: actor, tx: tx)
        case .disable, .endSecret, .narrow, .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys:
            throw Self.unknown
        }
        return true
    }

    /// Whether a client got another secret after `time`: then that which came back is gone already.
    private func hasSecret(
        _ client: ClientID, madeAfter time: Instant, _ tx: borrowing Transaction
    ) throws -> Bool {
        try tx.clientSecrets(of: client).contains { $0.createdAt > time }
    }

    /// Its record died with the database that knew it, so it is revoked for as long as any token lives.
    func revokeToken(
        _ text: String, of client: String, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let id = ID<AccessToken>(parsing: text), let client = ClientID(parsing: client) else {
            throw Self.unknown
        }
        let end = id.madeAt.adding(seconds: product.policy.accessTokenMaximumSeconds)
        guard end > now(), try !tx.isRevoked(id) else { return false }
        try tx.insertRevokedToken(id, client: client, expiresAt: end)
        // Another restore may read this event, whose actor is not the client.
        try tx.record(
            .accessTokenRevoked, target: id, in: nil, details: ["client": client.description], by: actor, at: now())
        tx.announce(.revokedToken(id, expiresAt: end))
        return true
    }

    func end(_ id: ID<RefreshLineage>, by actor: Actor, _ tx: borrowing Transaction) throws -> Bool {
        guard let lineage = try tx.lineage(id) else { return false }
        let organization = try tx.grant(lineage.grant)?.organization
        guard try tx.delete(id) else { return false }
        try tx.record(
            .lineageRevoked, target: id, in: organization,
            details: ["app": lineage.app.description, "grant": lineage.grant.description], by: actor, at: now())
        tx.announce(.lineage(id))
        return true
    }
}
