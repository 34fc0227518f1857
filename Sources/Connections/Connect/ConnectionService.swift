package import CredentialFormat
import Crypto
import Events
package import Logging
package import Model
package import Persistence
package import ProductDefinition
package import ProviderDefinition
import TextForms
package import Tokens

/// Connections to accounts at providers: asked for, consented to, repaired, taken over and ended.
///
/// Functions throw ``Refusal`` for what may not be done: first what the actor must not know of, then the lacking permission, then bad
/// fields. What a provider or a user did comes back as a value.
package struct ConnectionService: Sendable {
    let store: any Store
    let node: ID<Node>
    let vault: ConnectionVault
    let keyRing: KeyRing
    let product: Product
    let offers: [OfferedProvider]
    let catalogue: ProviderCatalogue
    let transport: any ProviderTransport
    let engine: RenewalEngine
    let issuer: String
    let logger: Logger
    let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - product: Its limits and words.
    ///   - offers: What the product offers.
    ///   - engine: Renews what must be fresh before it can be given back.
    ///   - issuer: Where we are, as configured: callbacks come there.
    package init(
        store: any Store, node: ID<Node>, vault: ConnectionVault, keyRing: KeyRing, product: Product,
        offers: [OfferedProvider], catalogue: ProviderCatalogue, transport: any ProviderTransport,
        engine: RenewalEngine, issuer: String, logger: Logger, now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.node = node
        self.vault = vault
        self.keyRing = keyRing
        self.product = product
        self.offers = offers
        self.catalogue = catalogue
        self.transport = transport
        self.engine = engine
        self.issuer = issuer
        self.logger = logger
        self.now = now
    }

    /// The path to which a provider sends browsers back: each has its own, so that no answer passes for another provider's (RFC 9700
    /// §4.4.2.2).
    package static func callbackPath(of provider: String) -> String { "/connections/callback/\(provider)" }

    /// The whole of it, as the operator registers it at the provider.
    package func redirectURI(of provider: String) -> String { base + Self.callbackPath(of: provider) }

    /// The page of a connection, where people sign in at the provider again. Nil once it is over.
    package func reconnectAddress(of connection: Connection) -> String? {
        guard connection.status != .disconnected else { return nil }
        return base + ReservedPath.console.below("\(connection.organization)/connections/\(connection.id)")
    }

    /// For what somebody of an account asks: the database keeps them from other accounts' rows (record 0040).
    var own: ActorStore { ActorStore(store) }

    private var base: String { issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer }

    /// A provider that the product offers, with its file.
    struct Offered {
        let offer: OfferedProvider
        let provider: Provider

        /// What consents ask for.
        var scopes: [String] { offer.scopes ?? provider.authorization.scope.standard }
    }

    func offered(_ name: String) -> Offered? {
        guard let offer = offers.first(where: { $0.provider == name }), let provider = catalogue[name] else {
            return nil
        }
        return Offered(offer: offer, provider: provider)
    }

    /// Our client at a provider, with its secrets that are in force.
    struct Client: Redacted {
        let access: ProviderAccess
        let secrets: [String]
    }

    func client(of offer: OfferedProvider) async throws -> Client? {
        let access = try await store.read { tx in
            try tx.providerAccess(at: offer.provider, client: offer.clientIdentifier)
        }
        guard let access else { return nil }
        return try await client(access)
    }

    func client(_ access: ProviderAccess) async throws -> Client {
        Client(access: access, secrets: try await vault.secrets(of: access, in: store, at: now()))
    }

    static let notReady = Refusal.conflict(
        code: "provider_not_ready", explanation: "The secret of our client at the provider is not set yet.")

    /// A keyed fingerprint. Nobody without the key can try what it may be of.
    func fingerprint(of kind: String, _ text: String) throws -> [UInt8] {
        try keyRing.keys.fingerprint(of: kind, text)
    }

    /// The code verifier (RFC 7636) of a `state`. It is kept nowhere: whoever has the state and our key has it.
    func codeVerifier(of state: String) throws -> String {
        Base64URL.text(try fingerprint(of: "connect_verifier", state))
    }

    /// Writes down what the operator must put right.
    ///
    /// - Parameter isProven: Whether the provider itself said it. What a browser says of it is in the log alone.
    func note(_ failure: ConnectFailure, of access: ProviderAccess, isProven: Bool = true) async {
        guard failure.kind == .operatorFault else { return }
        let (time, code) = (now(), failure.code ?? failure.kind.rawValue)
        guard isProven else {
            logger.warning(
                "a browser brought the answer that our client at a provider is refused",
                metadata: ["provider": "\(access.provider)", "code": "\(code)"])
            return
        }
        logger.error(
            "our client at a provider is refused: the operator must put it right",
            metadata: ["provider": "\(access.provider)", "code": "\(code)"])
        do {
            try await store.write { tx in try tx.setFault(code, of: access.id, at: time) }
        } catch {
            logger.warning("a fault was not written down", metadata: ["error": "\(error)"])
        }
    }
}

extension ConnectionService {
    /// The connections of an organization, and on request of those below it, oldest first. Nothing is opened for it.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<Connection> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .connectionsRead)
        return try Listing(of: page, by: \.id) { after, limit in
            var found = try tx.connections(extent, after: after, limit: limit)
            let health = try tx.health(of: found.map(\.id))
            for index in found.indices { found[index].noteProof(at: health[found[index].id]?.provenAt) }
            return found
        }
    }

    /// One connection of an organization.
    package func get(
        _ id: ID<Connection>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Connection {
        try tx.connection(id, in: organization, where: actor, may: .connectionsRead)
    }
}

extension Transaction {
    /// The connection, once it is certain that `actor` has a right in its organization.
    borrowing func connection(
        _ id: ID<Connection>, in organization: ID<Organization>, where actor: Actor, may permission: Permission
    ) throws -> Connection {
        _ = try self.organization(organization, where: actor, may: permission)
        guard let connection = try connection(id), connection.organization == organization else {
            throw Refusal.notFound
        }
        return connection
    }
}

extension KeySet {
    /// Of an account at a provider: connections of the same account have the same.
    func fingerprint(ofAccount account: String, at provider: String) throws -> [UInt8] {
        try fingerprint(of: "account", provider, account)
    }
}
