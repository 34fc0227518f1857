package import CredentialFormat
package import Policy

/// An OAuth 2.0 client that acts for itself (RFC 6749 §4.4). Its `client_id` is its identifier.
package struct Integration: Entity, Hashable, Sendable {
    package static let prefix = "int"

    package let id: ID<Integration>
    package let organization: ID<Organization>
    package var label: String
    package var scopes: ScopeSet
    package var addresses: AddressRule
    /// How long its access tokens live, nil for the product's own lifetime.
    package var accessTokenSeconds: Int?
    package var tokenFormat: TokenFormat
    package let createdAt: Instant
    /// Who made it, as in ``Actor/label``.
    package let createdBy: String
    /// Who last looked at the secret in force, nil for nobody.
    package let lastLook: Look?
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int
    /// Tokens of it that were issued before are accepted no more; nil where none were ended.
    package var tokensFrom: Instant?

    /// Somebody looked at a secret that is kept.
    package struct Look: Hashable, Sendable {
        package let at: Instant
        /// As in ``Actor/label``.
        package let by: String

        package init(at: Instant, by: String) {
            self.at = at
            self.by = by
        }
    }

    package init(
        id: ID<Integration>, organization: ID<Organization>, label: String, scopes: ScopeSet, addresses: AddressRule,
        accessTokenSeconds: Int?, tokenFormat: TokenFormat, createdAt: Instant, createdBy: String,
        lastLook: Look? = nil, revision: Int = 1, tokensFrom: Instant? = nil
    ) {
        self.id = id
        self.organization = organization
        self.label = label
        self.scopes = scopes
        self.addresses = addresses
        self.accessTokenSeconds = accessTokenSeconds
        self.tokenFormat = tokenFormat
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastLook = lastLook
        self.tokensFrom = tokensFrom
        self.revision = revision
    }
}

extension Integration {
    /// Whether a token of it was issued after the last time that all of them were ended. By the time in the token's own name,
    /// which is finer than what it says of its issue.
    package func accepts(_ token: AccessToken) -> Bool {
        guard let tokensFrom else { return true }
        return Int64(truncatingIfNeeded: token.id.value >> 80) >= tokensFrom.milliseconds
    }
}

/// What an access token looks like.
package enum TokenFormat: String, Hashable, Sendable, CaseIterable {
    /// Sealed, opaque to everyone but us (record 0001).
    case sealed
    /// A signed JWT (RFC 9068).
    case jwt
}

/// An API backend of the operator that verifies credentials. It belongs to the operator and authenticates as a client
/// does, for introspection alone.
package struct ResourceServer: Entity, Hashable, Sendable {
    package static let prefix = "rsv"

    package let id: ID<ResourceServer>
    package var name: String
    /// The values of `aud` that mean this backend (RFC 8707, RFC 9068 §3). Never empty.
    package var audiences: [String]
    package let createdAt: Instant
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    package init(id: ID<ResourceServer>, name: String, audiences: [String], createdAt: Instant, revision: Int = 1) {
        self.id = id
        self.name = name
        self.audiences = audiences
        self.createdAt = createdAt
        self.revision = revision
    }
}

/// Anything that authenticates at the OAuth endpoints with an identifier and a secret.
package enum ClientID: Hashable, Sendable, CustomStringConvertible {
    case integration(ID<Integration>)
    case app(ID<App>)
    case resourceServer(ID<ResourceServer>)

    /// The identifier that `text` spells, or nil.
    package init?(parsing text: some StringProtocol) {
        if let id = ID<Integration>(parsing: text) {
            self = .integration(id)
        } else if let id = ID<App>(parsing: text) {
            self = .app(id)
        } else if let id = ID<ResourceServer>(parsing: text) {
            self = .resourceServer(id)
        } else {
            return nil
        }
    }

    /// As it goes over the wire.
    package var description: String {
        switch self {
        case .integration(let id): id.description
        case .app(let id): id.description
        case .resourceServer(let id): id.description
        }
    }
}

/// One of at most two secrets that a client holds side by side.
package struct ClientSecret: Entity, Sendable {
    package static let prefix = "sec"

    package let id: ID<ClientSecret>
    package let client: ClientID
    package let digest: SecretDigest
    package let hint: SecretHint
    package let createdAt: Instant
    /// Nil for the one in force; a rotation with an overlap gives the one before it an end.
    package var expiresAt: Instant?
    package let lastUse: LastUse?

    package init(
        id: ID<ClientSecret>, client: ClientID, digest: SecretDigest, hint: SecretHint, createdAt: Instant,
        expiresAt: Instant?, lastUse: LastUse?
    ) {
        self.id = id
        self.client = client
        self.digest = digest
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUse = lastUse
    }

    /// Whether it is accepted at `now`.
    package func isLive(at now: Instant) -> Bool {
        expiresAt.map { $0 > now } ?? true
    }
}
