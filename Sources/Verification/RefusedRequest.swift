import CredentialFormat
package import Model
package import Policy
import ProductDefinition

/// A request with a known credential that was refused, as the judgement leaves it. It refers to what memory knows, so making one
/// costs a refusal next to nothing.
package final class RefusedRequest: Sendable {
    /// Whose request it was.
    enum Subject: Sendable {
        case credential(KnownCredential)
        case client(KnownClient)
        /// An app that the database was asked about, and where the organization that made it stands.
        indirect case app(App, in: OrganizationPath)
    }

    let subject: Subject
    /// Whether whoever asked has proved to be it.
    let isProven: Bool
    let door: KeptRefusal.Door
    let rule: String
    let scopes: ScopeSet
    let address: IPAddress?
    let organization: ID<Organization>?
    let grantType: String?

    init(
        _ subject: Subject, isProven: Bool, _ door: KeptRefusal.Door, _ rule: String, scopes: ScopeSet,
        address: IPAddress?,
        organization: ID<Organization>?, grantType: String?
    ) {
        self.subject = subject
        self.isProven = isProven
        self.door = door
        self.rule = rule
        self.scopes = scopes
        self.address = address
        self.organization = organization
        self.grantType = grantType
    }

    /// An authorization request of an app, which nobody has proved to be.
    package convenience init(
        of app: App, in path: OrganizationPath, by rule: String, asking scopes: ScopeSet, from address: IPAddress?
    ) {
        self.init(
            .app(app, in: path), isProven: false, .authorize, rule, scopes: scopes, address: address,
            organization: nil, grantType: nil)
    }
}

extension RefusedRequest {
    /// The most scopes of a request that are kept, and how much of one that is in no catalogue.
    private static let mostScopes = 32
    private static let longestUnknown = 64

    /// As it is kept.
    func kept(under requestID: String, at now: Instant, _ catalogue: ScopeCatalogue) -> KeptRefusal {
        let known = subject.known
        return KeptRefusal(
            id: ID(at: now.milliseconds), at: now, requestID: requestID, path: known.path, kind: known.kind,
            credential: known.identifier, token: known.token, door: door, rule: rule,
            asked: KeptRefusal.Asked(
                scopes: scopes.scopes.prefix(Self.mostScopes).map { Self.told($0, catalogue) }, address: address,
                organization: organization, grantType: grantType),
            allowed: known.allowed)
    }

    /// A scope by its name, if it is one that a credential could have; else what may be told of it.
    private static func told(_ scope: Scope, _ catalogue: ScopeCatalogue) -> String {
        guard !catalogue.contains(scope), Permission(scope) == nil, IdentityScope(scope) == nil else {
            return scope.name
        }
        return String(Scope.told(scope.name).prefix(longestUnknown))
    }
}

extension RefusedRequest.Subject {
    /// Where it stands.
    var path: OrganizationPath {
        switch self {
        case .credential(let credential): credential.standing.path
        case .client(let client): client.standing.path
        case .app(_, let path): path
        }
    }

    /// The bits of the identifier under which it is kept.
    var value: UInt128 {
        switch self {
        case .credential(let credential):
            switch credential {
            case .apiKey(let key): key.id.value
            case .accessToken(let token): token.lineage?.grant.value ?? token.client.id.value
            }
        case .client(let client): client.id.value
        case .app(let app, _): app.id.value
        }
    }

    fileprivate struct Known {
        let path: OrganizationPath
        let kind: KeptRefusal.Kind
        let identifier: String
        let token: ID<AccessToken>?
        let allowed: KeptRefusal.Allowed
    }

    fileprivate var known: Known {
        switch self {
        case .credential(let credential):
            let allowed = KeptRefusal.Allowed(scopes: credential.scopes, addresses: credential.addresses)
            switch credential {
            case .apiKey:
                return Known(
                    path: path, kind: .apiKey, identifier: credential.identifierText, token: nil, allowed: allowed)
            case .accessToken(let token):
                let grant = token.lineage?.grant
                return Known(
                    path: path, kind: grant == nil ? token.client.id.kind : .grant,
                    identifier: grant?.description ?? token.client.identifierText, token: token.id,
                    allowed: allowed)
            }
        case .client(let client):
            let allowed =
                switch client.kind {
                case .integration(let integration):
                    KeptRefusal.Allowed(scopes: integration.scopes, addresses: integration.addresses)
                case .app(let app): KeptRefusal.Allowed(scopes: app.scopes, addresses: .anywhere)
                case .resourceServer: KeptRefusal.Allowed(scopes: .empty, addresses: .anywhere)
                }
            return Known(
                path: path, kind: client.id.kind, identifier: client.identifierText, token: nil, allowed: allowed)
        case .app(let app, let path):
            return Known(
                path: path, kind: .app, identifier: app.id.description, token: nil,
                allowed: KeptRefusal.Allowed(scopes: app.scopes, addresses: .anywhere))
        }
    }
}

extension ClientID {
    /// The bits of the identifier, whatever it is one of.
    var value: UInt128 {
        switch self {
        case .integration(let id): id.value
        case .app(let id): id.value
        case .resourceServer(let id): id.value
        }
    }

    var kind: KeptRefusal.Kind {
        switch self {
        case .integration: .integration
        case .app: .app
        case .resourceServer: .resourceServer
        }
    }
}
