import CredentialFormat
package import Limits
package import Model
package import Policy
import ProductDefinition

/// What memory knows of a bearer credential: all that the verifier needs to judge it.
package enum KnownCredential: Sendable {
    case apiKey(KnownAPIKey)
    case accessToken(KnownToken)

    package var standing: Standing {
        switch self {
        case .apiKey(let key): key.standing
        case .accessToken(let token): token.standing
        }
    }

    /// The scopes that it has and its client, if any, still has.
    package var scopes: ScopeSet {
        switch self {
        case .apiKey(let key): key.terms.scopes
        case .accessToken(let token): token.terms.scopes
        }
    }

    /// What those give at our own API.
    package var permissions: Set<Permission> {
        switch self {
        case .apiKey(let key): key.terms.permissions
        case .accessToken(let token): token.terms.permissions
        }
    }

    package var addresses: AddressRule {
        switch self {
        case .apiKey(let key): key.terms.addresses
        case .accessToken(let token): token.terms.addresses
        }
    }

    /// What those who manage it say of its calls, nil for nothing.
    package var ownLimit: RateLimit? {
        switch self {
        case .apiKey(let key): key.terms.ownLimit
        case .accessToken(let token): token.client.ownLimit
        }
    }

    /// Under which limits its calls are counted, nil for none.
    var callLimits: RateLimitSet? {
        if let own = ownLimit { return standing.limits(with: own) }
        guard let limits = standing.rateLimits, !limits.limits.isEmpty else { return nil }
        return limits
    }

    package var issuedAt: Instant {
        switch self {
        case .apiKey(let key): key.issuedAt
        case .accessToken(let token): token.issuedAt
        }
    }

    package var expiresAt: Instant {
        switch self {
        case .apiKey(let key): key.expiresAt
        case .accessToken(let token): token.expiresAt
        }
    }

    package var isDisabled: Bool {
        switch self {
        case .apiKey(let key): key.isDisabled
        case .accessToken(let token): token.isDisabled
        }
    }

    /// Whether nothing is accepted of its account, or of that of the app which holds it.
    package var isSuspended: Bool {
        switch self {
        case .apiKey(let key): key.standing.isSuspended
        case .accessToken(let token): token.isSuspended
        }
    }

    /// Whether the plan of its account has no API access, or that of the account of its app no apps.
    package var isOutsidePlan: Bool {
        switch self {
        case .apiKey(let key): !key.standing.hasAPIAccess
        case .accessToken(let token): token.isOutsidePlan
        }
    }

    /// Whether it is meant for a backend with one of these names. An API key is meant for every backend of the operator.
    func isMeant(for audiences: [String]) -> Bool {
        switch self {
        case .apiKey: true
        case .accessToken(let token): token.audiences.contains(where: audiences.contains)
        }
    }

    /// Who acts with it.
    package var identity: Actor.Identity {
        switch self {
        case .apiKey(let key): .apiKey(key.id)
        case .accessToken(let token): token.identity
        }
    }

    /// Where the access token of an app came from.
    package var lineage: KnownLineage? {
        switch self {
        case .apiKey: nil
        case .accessToken(let token): token.lineage
        }
    }

    /// For whom the access token of an integration acts, if for a contact.
    package var contact: KnownContact? {
        switch self {
        case .apiKey: nil
        case .accessToken(let token): token.contact
        }
    }

    /// The credential's identifier as text, made anew each time.
    package var identifierText: String {
        switch self {
        case .apiKey(let key): key.id.description
        case .accessToken(let token): token.id.description
        }
    }

    /// Where its uses are counted, none for tokens, which have no row; those of an app are counted with the app and the grant.
    package var usage: UsageCell? {
        switch self {
        case .apiKey(let key): key.usage
        case .accessToken: nil
        }
    }
}
