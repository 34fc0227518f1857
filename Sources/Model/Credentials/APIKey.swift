package import CredentialFormat
package import Policy

/// An opaque, long-lived bearer credential of an organization. Its constants never change.
package struct APIKey: Entity, Hashable, Sendable {
    package static let prefix = "key"

    package let id: ID<APIKey>
    package let organization: ID<Organization>
    package let name: String
    package var description: String?
    package var scopes: ScopeSet
    package var addresses: AddressRule
    /// How many calls it may make, nil for what product and plan give.
    package var callLimit: CallLimit?
    package var hint: SecretHint
    package let createdAt: Instant
    /// A rotation may move it.
    package var expiresAt: Instant
    package var disabledAt: Instant?
    /// When the secret in force was made.
    package var rotatedAt: Instant
    /// Until when the secret before it works too, if a rotation left it an overlap.
    package var previousExpiresAt: Instant?
    /// Who made it, as in ``Actor/label``.
    package let createdBy: String
    package let lastUse: LastUse?
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    package init(
        id: ID<APIKey>, organization: ID<Organization>, name: String, description: String?, scopes: ScopeSet,
        addresses: AddressRule, callLimit: CallLimit? = nil, hint: SecretHint, createdAt: Instant, expiresAt: Instant,
        disabledAt: Instant?,
        rotatedAt: Instant, previousExpiresAt: Instant?, createdBy: String, lastUse: LastUse?,
        revision: Int = 1
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.description = description
        self.scopes = scopes
        self.addresses = addresses
        self.callLimit = callLimit
        self.hint = hint
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.disabledAt = disabledAt
        self.rotatedAt = rotatedAt
        self.previousExpiresAt = previousExpiresAt
        self.createdBy = createdBy
        self.lastUse = lastUse
        self.revision = revision
    }

    /// What it is worth at `now`.
    package func state(at now: Instant) -> CredentialState {
        if expiresAt <= now { .expired } else if disabledAt != nil { .disabled } else { .active }
    }
}

/// What a credential is worth.
package enum CredentialState: String, Sendable {
    case active, disabled, expired
}

/// When and from where a credential was last accepted, and how often in all.
package struct LastUse: Hashable, Sendable {
    package let at: Instant
    /// Unknown behind a proxy that does not say.
    package let address: IPAddress?
    /// How often so far, as far as it was written down.
    package let count: Int

    package init(at: Instant, address: IPAddress?, count: Int = 1) {
        self.at = at
        self.address = address
        self.count = count
    }
}
