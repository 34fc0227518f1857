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
    /// How many calls may be made with its tokens together, nil for what product and plan give.
    package var callLimit: CallLimit?
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
    /// Since when it is refused, and by whom; nil where it is not.
    package var disabling: Disabling?

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
        callLimit: CallLimit? = nil, accessTokenSeconds: Int?, tokenFormat: TokenFormat, createdAt: Instant,
        createdBy: String,
        lastLook: Look? = nil, revision: Int = 1, tokensFrom: Instant? = nil, disabling: Disabling? = nil
    ) {
        self.id = id
        self.organization = organization
        self.label = label
        self.scopes = scopes
        self.addresses = addresses
        self.callLimit = callLimit
        self.accessTokenSeconds = accessTokenSeconds
        self.tokenFormat = tokenFormat
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.lastLook = lastLook
        self.tokensFrom = tokensFrom
        self.disabling = disabling
        self.revision = revision
    }
}

extension Integration {
    /// It never expires.
    package var state: CredentialState { disabling == nil ? .active : .disabled }

    /// Whether a token of it was issued after the last time that all of them were ended. By the time in the token's own name,
    /// which is finer than what it says of its issue.
    package func accepts(_ token: AccessToken) -> Bool {
        guard let tokensFrom else { return true }
        return token.id.madeAt >= tokensFrom
    }
}
