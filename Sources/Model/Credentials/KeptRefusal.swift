package import CredentialFormat
package import Policy

/// A request with a known credential that was refused, as it is kept for a day for whoever may read that credential: the rule that
/// refused, what was asked, and what would have been allowed. Never a secret, and nothing that a caller wrote freely.
package struct KeptRefusal: Entity, Hashable, Sendable {
    package static let prefix = "rfl"
    /// How long one is kept.
    package static let lifetimeSeconds = 86_400
    /// The most that are kept of an account. The oldest go first.
    package static let mostOfAccount = 5000
    /// The most that are kept of a credential by one rule, so that neither it nor the rule pushes others out.
    package static let mostOfRule = 200

    /// Where the request was refused.
    package enum Door: String, Hashable, Sendable {
        case verify
        case token
        /// The page to which an app sent a user's browser.
        case authorize
        case managementAPI = "management_api"
    }

    /// What the credential is that people know, to which the one that was shown belongs.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case apiKey = "api_key"
        case integration
        case app
        /// That of an app's token: what a user gave the app, in the user's own organization.
        case grant
        case resourceServer = "resource_server"

        /// The kind of an identifier, nil for what is none of them.
        package init?(ofIdentifier text: String) {
            if ID<APIKey>(parsing: text) != nil {
                self = .apiKey
            } else if ID<Integration>(parsing: text) != nil {
                self = .integration
            } else if ID<App>(parsing: text) != nil {
                self = .app
            } else if ID<Grant>(parsing: text) != nil {
                self = .grant
            } else if ID<ResourceServer>(parsing: text) != nil {
                self = .resourceServer
            } else {
                return nil
            }
        }

        /// What it takes to see those of the kind.
        package var reading: Permission {
            switch self {
            case .apiKey: .apiKeysRead
            case .integration: .integrationsRead
            case .app: .appsRead
            case .grant: .grantsRead
            case .resourceServer: .resourceServersManage
            }
        }
    }

    /// What the request asked.
    package struct Asked: Hashable, Sendable {
        /// Those that can be told (``Scope/told(_:)``).
        package let scopes: [String]
        /// From where it came, nil if nobody knows.
        package let address: IPAddress?
        /// The organization that it named.
        package let organization: ID<Organization>?
        /// At the token endpoint.
        package let grantType: String?

        package init(
            scopes: [String] = [], address: IPAddress?, organization: ID<Organization>? = nil, grantType: String? = nil
        ) {
            self.scopes = scopes
            self.address = address
            self.organization = organization
            self.grantType = grantType
        }
    }

    /// What the credential was good for.
    package struct Allowed: Hashable, Sendable {
        package let scopes: ScopeSet
        package let addresses: AddressRule

        package init(scopes: ScopeSet, addresses: AddressRule) {
            self.scopes = scopes
            self.addresses = addresses
        }
    }

    package let id: ID<KeptRefusal>
    package let at: Instant
    package let requestID: String
    /// Where the credential stands: it acts here and below.
    package let path: OrganizationPath
    package let kind: Kind
    /// The identifier of the API key, the client or the grant.
    package let credential: String
    /// The access token that was shown, if it was one.
    package let token: ID<AccessToken>?
    package let door: Door
    /// As the log has it (``RefusalRule``).
    package let rule: String
    package let asked: Asked
    package let allowed: Allowed

    package init(
        id: ID<KeptRefusal>, at: Instant, requestID: String, path: OrganizationPath, kind: Kind, credential: String,
        token: ID<AccessToken>?, door: Door, rule: String, asked: Asked, allowed: Allowed
    ) {
        self.id = id
        self.at = at
        self.requestID = requestID
        self.path = path
        self.kind = kind
        self.credential = credential
        self.token = token
        self.door = door
        self.rule = rule
        self.asked = asked
        self.allowed = allowed
    }
}

/// The rules by which known credentials and clients are refused, by the words that the log has for them (law 14).
package enum RefusalRule: String, Hashable, Sendable, CaseIterable {
    // Of every credential, in the order of law 4.
    case revoked, disabled, expired, suspended, plan, address, audience, organization, rate, scope
    // Of our own API.
    case managementScope = "management_scope"
    case permission
    case presence = "presence_required"
    // Of clients and grants.
    case client = "invalid_client"
    case method = "wrong_method"
    case unauthorizedClient = "unauthorized_client"
    case invalidScope = "invalid_scope"
    case accessKeyMissing = "access_key_missing"
    case accessKeysOff = "access_keys_off"
    case accessKey = "access_key"
    case target = "invalid_target"
    case resource
    case grant = "invalid_grant"
    case codeReuse = "code_reuse"
    case pkce
    case pkceAttempts = "pkce_attempts"
    case redirectURI = "redirect_uri"
    case refreshReuse = "refresh_reuse"
    case request = "invalid_request"
    // Of an app's authorization request, while it is unproven where the answer goes.
    case unknownRedirectURI = "unknown_redirect_uri"
    case missingRedirectURI = "missing_redirect_uri"
    case unsafeRedirectURI = "unsafe_redirect_uri"
    case repeated
    case state
}
