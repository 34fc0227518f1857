package import CredentialFormat
package import Policy

/// An OAuth 2.0 client that acts for users (RFC 6749 §4.1). Its `client_id` is its identifier.
package struct App: Entity, Hashable, Sendable {
    package static let prefix = "app"

    /// Whose users may be asked for consent.
    package enum Availability: String, Hashable, Sendable, CaseIterable {
        /// Those of the app's own account.
        case account
        /// Those of every account. For the operator to say.
        case everyone
    }

    /// What signs its ID tokens (OpenID Connect Registration §2).
    package enum IDTokenAlgorithm: String, Hashable, Sendable, CaseIterable {
        case es256 = "ES256"
        case edDSA = "EdDSA"
        case rs256 = "RS256"
    }

    package let id: ID<App>
    package let organization: ID<Organization>
    /// What the consent page calls it.
    package var name: String
    package var availability: Availability
    /// Whether it is public never changes.
    package var authentication: AppAuthentication
    /// Whether each of its requests needs a code challenge (RFC 7636). A public app's always do; a confidential one may do
    /// with a `nonce` in requests of OpenID Connect.
    package var requiresPKCE: Bool
    /// Never empty.
    package var redirectURIs: [RedirectURI]
    /// Where the browser may be sent after a sign-out (OpenID Connect RP-Initiated Logout §2).
    package var signedOutURIs: [RedirectURI]
    /// What it may ask users for: scopes of the catalogue, management scopes and ``IdentityScope``s.
    package var scopes: ScopeSet
    package var links: AppLinks
    /// How long its access tokens live, nil for the product's own lifetime.
    package var accessTokenSeconds: Int?
    /// How long a refresh token lives from its issue, nil for the product's own lifetime.
    package var refreshTokenSeconds: Int?
    package var tokenFormat: TokenFormat
    package var idTokenAlgorithm: IDTokenAlgorithm
    /// How many calls it may make by each consent, nil for what product and plan give.
    package var callLimit: CallLimit?
    package let createdAt: Instant
    /// Who made it, as in ``Actor/label``.
    package let createdBy: String
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int
    /// Since when it is refused, and by whom; nil where it is not.
    package var disabling: Disabling?

    /// It never expires.
    package var state: CredentialState { disabling == nil ? .active : .disabled }

    /// Whether it can keep no secret (RFC 6749 §2.1).
    package var isPublic: Bool { authentication == .none }

    /// Whether users of `account` may let it act for them.
    ///
    /// - Parameter owner: The account that the app belongs to.
    package func isAvailable(toUsersOf account: ID<Organization>?, from owner: ID<Organization>?) -> Bool {
        switch availability {
        case .everyone: true
        case .account: account != nil && account == owner
        }
    }

    package init(
        id: ID<App>, organization: ID<Organization>, name: String, availability: Availability,
        authentication: AppAuthentication, requiresPKCE: Bool = true, redirectURIs: [RedirectURI],
        signedOutURIs: [RedirectURI], scopes: ScopeSet, links: AppLinks, accessTokenSeconds: Int?,
        refreshTokenSeconds: Int?,
        tokenFormat: TokenFormat, idTokenAlgorithm: IDTokenAlgorithm, callLimit: CallLimit? = nil, createdAt: Instant,
        createdBy: String, revision: Int = 1, disabling: Disabling? = nil
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.availability = availability
        self.authentication = authentication
        self.requiresPKCE = requiresPKCE || authentication == .none
        self.redirectURIs = redirectURIs
        self.signedOutURIs = signedOutURIs
        self.scopes = scopes
        self.links = links
        self.accessTokenSeconds = accessTokenSeconds
        self.refreshTokenSeconds = refreshTokenSeconds
        self.tokenFormat = tokenFormat
        self.idTokenAlgorithm = idTokenAlgorithm
        self.callLimit = callLimit
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.revision = revision
        self.disabling = disabling
    }
}

/// What the consent page shows of an app beside its name (RFC 7591 §2). The server fetches none of it.
package struct AppLinks: Hashable, Sendable {
    package var logo: WebLink?
    package var homepage: WebLink?
    package var policy: WebLink?
    package var terms: WebLink?

    package init(logo: WebLink? = nil, homepage: WebLink? = nil, policy: WebLink? = nil, terms: WebLink? = nil) {
        self.logo = logo
        self.homepage = homepage
        self.policy = policy
        self.terms = terms
    }
}
