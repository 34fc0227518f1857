/// What a new app needs, as it came in.
package struct AppDraft: Sendable {
    package var name: String
    package var redirectURIs: [String]
    package var scopes: [String]
    /// A word of RFC 7591 §2, nil for a secret in the header or in the body: what is left out makes an app confidential.
    package var authenticationMethod: String?
    /// Nil for what the product says: true, unless its confidential apps may do without PKCE.
    package var requiresPKCE: Bool?
    package var postLogoutRedirectURIs: [String]
    /// `account` or `everyone`, nil for `account`.
    package var availableTo: String?
    package var logoURI: String?
    package var clientURI: String?
    package var policyURI: String?
    package var termsURI: String?
    /// Nil for the product's own lifetime.
    package var accessTokenSeconds: Int?
    /// Nil for the product's own lifetime.
    package var refreshTokenSeconds: Int?
    /// `sealed` or `jwt`, nil for `sealed`.
    package var tokenFormat: String?
    /// `ES256`, `EdDSA` or `RS256`, nil for `ES256`.
    package var idTokenAlgorithm: String?
    /// Such as `100/minute`, nil for what product and plan give.
    package var callLimit: String?

    package init(
        name: String, redirectURIs: [String], scopes: [String], authenticationMethod: String? = nil,
        requiresPKCE: Bool? = nil, postLogoutRedirectURIs: [String] = [], availableTo: String? = nil,
        logoURI: String? = nil,
        clientURI: String? = nil, policyURI: String? = nil, termsURI: String? = nil, accessTokenSeconds: Int? = nil,
        refreshTokenSeconds: Int? = nil, tokenFormat: String? = nil, idTokenAlgorithm: String? = nil,
        callLimit: String? = nil
    ) {
        self.name = name
        self.redirectURIs = redirectURIs
        self.scopes = scopes
        self.authenticationMethod = authenticationMethod
        self.requiresPKCE = requiresPKCE
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.availableTo = availableTo
        self.logoURI = logoURI
        self.clientURI = clientURI
        self.policyURI = policyURI
        self.termsURI = termsURI
        self.accessTokenSeconds = accessTokenSeconds
        self.refreshTokenSeconds = refreshTokenSeconds
        self.tokenFormat = tokenFormat
        self.idTokenAlgorithm = idTokenAlgorithm
        self.callLimit = callLimit
    }
}

/// What is to change of an app. Nil leaves a member as it is; an inner nil sets it to null.
package struct AppEdit: Sendable {
    package var name: String?
    package var redirectURIs: [String]?
    package var scopes: [String]?
    /// Whether an app keeps a secret never changes.
    package var authenticationMethod: String??
    package var requiresPKCE: Bool?
    package var postLogoutRedirectURIs: [String]?
    package var availableTo: String?
    package var logoURI: String??
    package var clientURI: String??
    package var policyURI: String??
    package var termsURI: String??
    package var accessTokenSeconds: Int??
    package var refreshTokenSeconds: Int??
    package var tokenFormat: String?
    package var idTokenAlgorithm: String?
    package var callLimit: String??

    package init(
        name: String? = nil, redirectURIs: [String]? = nil, scopes: [String]? = nil,
        authenticationMethod: String?? = nil, requiresPKCE: Bool? = nil,
        postLogoutRedirectURIs: [String]? = nil, availableTo: String? = nil, logoURI: String?? = nil,
        clientURI: String?? = nil, policyURI: String?? = nil, termsURI: String?? = nil,
        accessTokenSeconds: Int?? = nil, refreshTokenSeconds: Int?? = nil, tokenFormat: String? = nil,
        idTokenAlgorithm: String? = nil, callLimit: String?? = nil
    ) {
        self.name = name
        self.redirectURIs = redirectURIs
        self.scopes = scopes
        self.authenticationMethod = authenticationMethod
        self.requiresPKCE = requiresPKCE
        self.postLogoutRedirectURIs = postLogoutRedirectURIs
        self.availableTo = availableTo
        self.logoURI = logoURI
        self.clientURI = clientURI
        self.policyURI = policyURI
        self.termsURI = termsURI
        self.accessTokenSeconds = accessTokenSeconds
        self.refreshTokenSeconds = refreshTokenSeconds
        self.tokenFormat = tokenFormat
        self.idTokenAlgorithm = idTokenAlgorithm
        self.callLimit = callLimit
    }
}
