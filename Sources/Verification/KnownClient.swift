import CredentialFormat
package import Limits
import Locking
package import Model
import Persistence
import Policy

/// What memory knows of an OAuth client.
package final class KnownClient: Sendable {
    /// What the client is.
    package enum Kind: Sendable {
        case integration(Integration)
        case app(App)
        case resourceServer(ResourceServer)
    }

    /// One of its secrets, with the count of its uses.
    package final class Secret: Sendable {
        package let secret: ClientSecret
        package let usage: UsageCell
        private let accepted = Lock<Fingerprint?>(nil)

        fileprivate init(_ secret: ClientSecret, usage: UsageCell?) {
            self.secret = secret
            self.usage = usage ?? UsageCell(.clientSecret(secret.id, of: secret.client))
        }

        /// Whether a text with this fingerprint was held against the digest before, and was right. Whether the secret
        /// still lives is another question.
        package func wasAccepted(_ fingerprint: Fingerprint) -> Bool {
            accepted.withLock { $0 == fingerprint }
        }

        /// A text with this fingerprint is the secret.
        package func accept(_ fingerprint: Fingerprint) {
            accepted.withLock { $0 = fingerprint }
        }
    }

    package let id: ClientID
    package let kind: Kind
    package let secrets: [Secret]
    package let standing: Standing
    /// The `client_id`.
    package let identifierText: String
    /// Where uses of an app are counted, in all; none of other clients.
    package let usage: UsageCell?
    /// What those who manage it say of calls with its tokens, nil for nothing.
    package let ownLimit: RateLimit?
    /// Which credential counts it too.
    let firstHolder = FirstHolder()
    private let validity: Validity

    /// About how many bytes one takes at least, with what ends it.
    static let leastBytes = 1024
    /// About how many bytes it takes.
    let bytes: Int

    /// - Parameter last: The client as it was known before. Its uses go on being counted in the same place.
    package init(
        id: ClientID, kind: Kind, secrets: [ClientSecret], standing: Standing, validity: Validity,
        after last: KnownClient? = nil
    ) {
        self.id = id
        self.kind = kind
        identifierText = id.description
        self.secrets = secrets.map { secret in
            Secret(secret, usage: last?.secrets.first { $0.secret.id == secret.id }?.usage)
        }
        ownLimit = kind.callLimit.map(RateLimit.init)
        self.standing = standing
        self.validity = validity
        bytes = Self.leastBytes + kind.bytes + secrets.count * 384
        usage =
            switch id {
            case .app(let app): last?.usage ?? UsageCell(.app(app))
            case .integration, .resourceServer: nil
            }
    }

    /// Whether nothing was announced about it or its organization since it was read.
    package var isCurrent: Bool { validity.holds && standing.isCurrent }

    /// The integration, if it is one.
    package var integration: Integration? {
        if case .integration(let integration) = kind { integration } else { nil }
    }

    /// Whether those who manage it have it refused.
    package var isDisabled: Bool {
        switch kind {
        case .integration(let integration): integration.disabling != nil
        case .app(let app): app.disabling != nil
        case .resourceServer: false
        }
    }

    /// The app, if it is one.
    package var app: App? {
        if case .app(let app) = kind { app } else { nil }
    }
}

extension KnownClient.Kind {
    fileprivate var callLimit: CallLimit? {
        switch self {
        case .integration(let integration): integration.callLimit
        case .app(let app): app.callLimit
        case .resourceServer: nil
        }
    }

    /// About how many bytes its texts take.
    fileprivate var bytes: Int {
        switch self {
        case .integration(let integration):
            integration.label.utf8.count + integration.scopes.bytes + (integration.addresses.ranges?.count ?? 0) * 64
        case .app(let app):
            app.name.utf8.count + app.scopes.bytes
                + (app.redirectURIs + app.signedOutURIs).reduce(0) { $0 + $1.text.utf8.count + 64 }
        case .resourceServer(let server):
            server.name.utf8.count + server.audiences.reduce(0) { $0 + $1.utf8.count + 48 }
        }
    }
}

/// A client as it was read, with what its verification depends on.
struct StoredClient: Sendable {
    let kind: KnownClient.Kind
    let secrets: [ClientSecret]
    let standing: StoredStanding
}

extension Transaction {
    /// The client, nil where there is none.
    borrowing func client(_ id: ClientID) throws -> StoredClient? {
        switch id {
        case .integration(let id):
            try integrationForVerification(id).map {
                StoredClient(kind: .integration($0.integration), secrets: $0.secrets, standing: $0.standing)
            }
        case .app(let id):
            try appForVerification(id).map {
                StoredClient(kind: .app($0.app), secrets: $0.secrets, standing: $0.standing)
            }
        case .resourceServer(let id):
            try resourceServer(id, ofOperator: operatorAccount())
        }
    }

    /// A resource server is the operator's and stands where it does.
    private borrowing func resourceServer(
        _ id: ID<ResourceServer>, ofOperator account: Account?
    ) throws -> StoredClient? {
        guard let account, let found = try resourceServerForVerification(id) else { return nil }
        return StoredClient(
            kind: .resourceServer(found.resourceServer), secrets: found.secrets,
            standing: StoredStanding(
                path: account.organization.path, isSuspended: account.suspendedAt != nil, isOperator: true,
                plan: account.plan))
    }
}
