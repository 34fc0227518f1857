package import CredentialFormat
package import Model
package import Policy
import ProductDefinition

/// What memory knows of a bearer credential: all that the verifier needs to judge it, read once.
package final class KnownCredential: Sendable {
    /// What the credential is.
    package enum Kind: Sendable {
        case apiKey(ID<APIKey>)
        case accessToken(AccessToken, of: KnownClient)
    }

    /// For whom it is meant.
    package enum Audience: Sendable {
        /// An API key is meant for every backend of the operator.
        case everyBackend
        /// A token for those that it names.
        case only([String])
    }

    package let kind: Kind
    package let standing: Standing
    /// The scopes that it has and its client, if any, still has.
    package let scopes: ScopeSet
    package let addresses: AddressRule
    package let audience: Audience
    package let issuedAt: Instant
    package let expiresAt: Instant
    package let isDisabled: Bool
    /// Whether nothing is accepted of its account, or of that of the app which holds it.
    package let isSuspended: Bool
    /// Whether the plan of its account has no API access, or that of the account of its app no apps.
    package let isOutsidePlan: Bool
    /// Who acts with it.
    package let identity: Actor.Identity
    /// Where the access token of an app came from.
    package let lineage: KnownLineage?
    /// For whom the access token of an integration acts, if for a contact.
    package let contact: KnownContact?
    /// The credential's identifier as text.
    package let identifierText: String
    /// Where its uses are counted, none for tokens, which have no row; those of an app are counted with the app and the grant.
    package let usage: UsageCell?
    private let validity: Validity?
    /// The edition of the key ring that opened it, none for what no key of the ring has to open.
    private let edition: Int?

    /// An API key. `expiresAt` is that of the secret which was presented, so it may be before the key's own.
    ///
    /// - Parameters:
    ///   - madeAt: When that secret was made, if it is known: its uses are its own.
    ///   - last: The credential as it was known before. Its uses go on being counted in the same place.
    package init(
        _ key: APIKey, secretMadeAt madeAt: Instant? = nil, expiresAt: Instant, scopes: ScopeSet, standing: Standing,
        validity: Validity,
        after last: KnownCredential? = nil
    ) {
        kind = .apiKey(key.id)
        self.standing = standing
        self.scopes = scopes
        addresses = key.addresses
        audience = .everyBackend
        issuedAt = key.createdAt
        self.expiresAt = expiresAt
        isDisabled = key.disabledAt != nil
        identity = .apiKey(key.id)
        isSuspended = standing.isSuspended
        isOutsidePlan = !standing.features.contains(.apiAccess)
        lineage = nil
        contact = nil
        identifierText = key.id.description
        usage = last?.usage ?? UsageCell(.apiKey(key.id, secretMadeAt: madeAt))
        self.validity = validity
        edition = nil
    }

    /// An access token of `client`, which is the integration that it names. It is worth no more than what the client
    /// has now, and may be used from where the client may be used.
    ///
    /// - Parameters:
    ///   - contact: The contact that it names. It is disabled while that one or the access key is.
    ///   - edition: The edition of the key ring that opened it.
    package init(
        _ token: AccessToken, of client: KnownClient, integration: Integration, for contact: KnownContact? = nil,
        edition: Int
    ) {
        kind = .accessToken(token, of: client)
        standing = client.standing
        scopes = token.scopes.intersection(integration.scopes)
        addresses = integration.addresses
        audience = .only(token.audiences)
        issuedAt = token.issuedAt
        expiresAt = token.expiresAt
        switch contact?.standing(by: token.contact?.proof) {
        case .none, .good: isDisabled = false
        case .disabled, .gone: isDisabled = true
        }
        isSuspended = client.standing.isSuspended
        isOutsidePlan = !client.standing.features.contains(.apiAccess)
        identity = .integration(integration.id, for: contact?.id)
        lineage = nil
        self.contact = contact
        identifierText = token.id.description
        usage = nil
        validity = nil
        self.edition = edition
    }

    /// An access token of `client`, which is the app that it names, on behalf of the user of `lineage`. It is worth no
    /// more than what the app may ask for now, and at our own API no more than what the user may do there (threat I6). It
    /// is disabled while the app is not for users of this account.
    ///
    /// - Parameters:
    ///   - standing: That of the organization that the user chose.
    ///   - edition: The edition of the key ring that opened it.
    package init(
        _ token: AccessToken, of client: KnownClient, app: App, lineage: KnownLineage, in standing: Standing,
        edition: Int
    ) {
        kind = .accessToken(token, of: client)
        self.standing = standing
        scopes = token.scopes.intersection(app.scopes).limited(to: lineage.permissions)
        addresses = .anywhere
        audience = .only(token.audiences)
        issuedAt = token.issuedAt
        expiresAt = min(token.expiresAt, lineage.endsAt)
        isDisabled = !app.isAvailable(toUsersOf: standing.path.root, from: client.standing.path.root)
        isSuspended = standing.isSuspended || client.standing.isSuspended
        isOutsidePlan = !standing.features.contains(.apiAccess) || !client.standing.features.contains(.apps)
        identity = .app(app.id, for: lineage.member)
        self.lineage = lineage
        contact = nil
        identifierText = token.id.description
        usage = nil
        validity = nil
        self.edition = edition
    }

    /// Whether nothing was announced about it, its client or its organization since it was read, and its key is still one
    /// of the ring's.
    ///
    /// - Parameter edition: The present edition of the key ring. A token is opened anew under each.
    package func isCurrent(inEdition edition: @autoclosure () -> Int) -> Bool {
        switch kind {
        case .apiKey: (validity?.holds ?? false) && standing.isCurrent
        case .accessToken(_, let client):
            self.edition == edition() && client.isCurrent && standing.isCurrent && lineage?.isCurrent ?? true
                && contact?.isCurrent ?? true
        }
    }
}
