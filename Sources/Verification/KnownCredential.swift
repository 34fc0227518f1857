package import CredentialFormat
package import Model
package import Policy

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
    /// The credential's identifier as text.
    package let identifierText: String
    /// Where its uses are counted, none for tokens, which have no row.
    package let usage: UsageCell?
    private let validity: Validity?

    /// An API key. `expiresAt` is that of the secret which was presented, so it may be before the key's own.
    package init(
        _ key: APIKey, expiresAt: Instant, scopes: ScopeSet, standing: Standing, validity: Validity
    ) {
        kind = .apiKey(key.id)
        self.standing = standing
        self.scopes = scopes
        addresses = key.addresses
        audience = .everyBackend
        issuedAt = key.createdAt
        self.expiresAt = expiresAt
        isDisabled = key.disabledAt != nil
        identifierText = key.id.description
        usage = UsageCell(.apiKey(key.id))
        self.validity = validity
    }

    /// An access token of `client`, which is the integration that it names. It is worth no more than what the client
    /// has now, and may be used from where the client may be used.
    package init(_ token: AccessToken, of client: KnownClient, integration: Integration) {
        kind = .accessToken(token, of: client)
        standing = client.standing
        scopes = token.scopes.intersection(integration.scopes)
        addresses = integration.addresses
        audience = .only(token.audiences)
        issuedAt = token.issuedAt
        expiresAt = token.expiresAt
        isDisabled = false
        identifierText = token.id.description
        usage = nil
        validity = nil
    }

    /// Whether nothing was announced about it, its client or its organization since it was read.
    package var isCurrent: Bool {
        switch kind {
        case .apiKey: (validity?.holds ?? false) && standing.isCurrent
        case .accessToken(_, let client): client.isCurrent
        }
    }
}
