package import CredentialFormat

/// How messages to an endpoint are signed (Standard Webhooks 1.0), as the word before a signature says.
package enum WebhookScheme: String, Hashable, Sendable, CaseIterable {
    /// HMAC-SHA-256, by a secret that both sides have.
    case shared = "v1"
    /// Ed25519: the receiver has a public key alone, and nothing by which anybody could sign.
    case publicKey = "v1a"
}

/// Where an organization wants to be told what becomes of its credentials and of those below it.
package struct WebhookEndpoint: Entity, Hashable, Sendable {
    package static let prefix = "whk"

    /// Why nothing is sent there.
    package enum Stop: String, Sendable, CaseIterable {
        /// Somebody wanted it so.
        case byHand = "by_hand"
        /// It answered 410.
        case gone
        /// It took nothing for as long as one event is sent again and again.
        case failing
    }

    package let id: ID<WebhookEndpoint>
    package let path: OrganizationPath
    package var address: String
    package var description: String?
    /// What it wants to be told, nil for everything, also what there will be.
    package var kinds: Set<LifecycleEvent.Kind>?
    /// Words of kinds besides, that a newer version has written and this one does not know. They are kept as they are.
    package var laterKinds: Set<String>
    package var stoppedAt: Instant?
    package var stop: Stop?
    /// The newest key by which it verifies, nil where it has a secret for that.
    package var publicKey: String?
    /// The name of a header field of its own that it is sent, nil for none.
    package var headerName: String?
    /// When it was last sent to again after a stop. What was on its way before is not sent.
    package var sentFrom: Instant?
    /// Since when it has taken nothing, nil where it took the last.
    package var failingSince: Instant?
    package let createdAt: Instant
    /// As in ``Actor/label``.
    package let createdBy: String
    /// Counts the changes to it, from 1. What `ETag` and `If-Match` speak of.
    package var revision: Int

    package var organization: ID<Organization> { path.last }

    /// How it is signed to now, while an older secret may sign in another way.
    package var scheme: WebhookScheme { publicKey == nil ? .shared : .publicKey }

    /// The words of all that it wants to be told, in order; nil for everything.
    package var kindWords: [String]? {
        kinds.map { Set($0.map(\.rawValue)).union(laterKinds).sorted() }
    }

    package init(
        id: ID<WebhookEndpoint>, path: OrganizationPath, address: String, description: String?,
        kinds: Set<LifecycleEvent.Kind>?, laterKinds: Set<String> = [], stoppedAt: Instant? = nil, stop: Stop? = nil,
        publicKey: String? = nil, headerName: String? = nil, sentFrom: Instant? = nil, failingSince: Instant? = nil,
        createdAt: Instant,
        createdBy: String, revision: Int = 1
    ) {
        self.id = id
        self.path = path
        self.address = address
        self.description = description
        self.kinds = kinds
        self.laterKinds = laterKinds
        self.stoppedAt = stoppedAt
        self.stop = stop
        self.publicKey = publicKey
        self.headerName = headerName
        self.sentFrom = sentFrom
        self.failingSince = failingSince
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.revision = revision
    }

    /// Whether an event of that kind at that place is sent there.
    package func wants(_ kind: LifecycleEvent.Kind, of path: OrganizationPath) -> Bool {
        stoppedAt == nil && path.isWithin(self.path) && (kinds?.contains(kind) ?? (kind != .webhookTest))
    }
}
