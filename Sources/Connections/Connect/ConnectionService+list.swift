package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition
package import ProviderDefinition

/// A provider that the product offers, as whoever connects an account sees it.
package struct ProviderChoice: Sendable {
    package let provider: Provider
    package let offer: OfferedProvider
    /// What consents ask for.
    package let scopes: [String]
    /// Those that the product leaves open: whoever connects must give them, or may.
    package let variables: [ProviderVariable]
}

/// One connection with all that people may know of it.
package struct ConnectionDetails: Sendable {
    package let listed: ListedConnection
    /// Those that came with the last consent or renewal.
    package let children: [ConnectionChildRow]
    /// For what was destroyed in the end.
    package let receipts: [ShreddingReceiptRow]

    package var connection: Connection { listed.connection }
}

/// Where a consent that is under way was begun.
package struct BegunConsent: Sendable {
    package let organization: ID<Organization>
    /// What is consented to again, nil for a new connection.
    package let connection: ID<Connection>?
}

extension ConnectionService {
    /// What ends within so many days is told beforehand.
    package static let forecastDays = 14

    /// The connections of an organization and those below it that a query asks for, and how many there are of which kind.
    ///
    /// - Parameter most: How far those of the account are counted, 0 for who does not ask.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, _ query: ConnectionQuery, limit: Int,
        countingTo most: Int = 0, as actor: Actor, tx: borrowing Transaction
    ) throws -> (page: OrderedListing<ListedConnection>, counts: ConnectionCounts) {
        try actor.requires(.connectionsRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        return try tx.connections(extent, query, ends, limit: limit, countingTo: most)
    }

    /// What ends soon, by the files of the providers.
    private var ends: ConnectionEnds {
        let rules = catalogue.providers.map { provider in
            ConnectionEnds.Rule(
                provider: provider.identifier, hardCap: provider.lifetimes.hardCap,
                isRenewed: provider.renewal.grant != .none, movesRefreshEnd: provider.renewal.movesRefreshEnd)
        }
        return ConnectionEnds(
            rules.filter { $0.hardCap != nil || !$0.isRenewed || !$0.movesRefreshEnd },
            before: now().adding(seconds: Self.forecastDays * 86_400))
    }

    /// One connection with what is below it.
    package func describe(
        _ id: ID<Connection>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> ConnectionDetails {
        _ = try tx.organization(organization, where: actor, may: .connectionsRead)
        guard let listed = try tx.listedConnection(id), listed.connection.organization == organization else {
            throw Refusal.notFound
        }
        let isOver = listed.connection.status == .disconnected
        return ConnectionDetails(
            listed: listed, children: isOver ? [] : try tx.currentChildren(of: listed.connection),
            receipts: isOver ? try tx.shreddingReceipts(of: id.description) : [])
    }

    /// What became of a connection and how its tokens were renewed, each newest first.
    ///
    /// - Parameter details: As they were described to whoever asks.
    package func history(
        of details: ConnectionDetails, limit: Int, tx: borrowing Transaction
    ) throws -> (events: [ConnectionEvent], attempts: [RenewalAttempt]) {
        let id = details.connection.id
        return (try tx.connectionEvents(of: id, limit: limit), try tx.renewalAttempts(of: id, limit: limit))
    }

    /// What was promised for a connection, by name and then the newest first.
    ///
    /// - Parameter details: As they were described to whoever asks.
    package func promises(
        of details: ConnectionDetails, limit: Int, tx: borrowing Transaction
    ) throws -> [ConnectionPromise] {
        try tx.promises(of: details.connection.id, limit: limit)
    }

    /// The providers that the product offers, in its order.
    package var choices: [ProviderChoice] {
        offers.compactMap { offer in
            catalogue[offer.provider].map { provider in
                ProviderChoice(
                    provider: provider, offer: offer, scopes: Offered(offer: offer, provider: provider).scopes,
                    variables: provider.variables.filter { offer.variables[$0.name] == nil })
            }
        }
    }

    /// A provider that is known here, whether it is offered or not.
    package func provider(_ name: String) -> Provider? { catalogue[name] }

    /// The offered providers that nobody can be sent to yet, because the secret of our client there is not set.
    package func unready(tx: borrowing Transaction) throws -> Set<String> {
        let ready = try tx.providerAccessStates(at: now()).filter { !$0.secrets.isEmpty }
        return Set(
            offers.filter { offer in
                !ready.contains { $0.access.provider == offer.provider && $0.access.clientID == offer.clientIdentifier }
            }.map(\.provider))
    }

    /// Of what the product asks for at the provider, what a connection was not granted. Empty where nothing says what was.
    package func missingScopes(of connection: Connection) -> [String] {
        guard !connection.scopes.isEmpty, let offered = offered(connection.provider) else { return [] }
        return GrantedTokens.missing(of: offered.scopes, in: connection.scopes)
    }

    /// Whether a renewal puts that end off.
    package func isPutOffByRenewal(_ end: Instant, of connection: Connection) -> Bool {
        guard let provider = catalogue[connection.provider] else { return false }
        return end == connection.clocks.refreshExpiresAt && provider.renewal.movesRefreshEnd
    }

    /// Whether our client seems to be in a mode for tests, in which the provider lets connections live for days.
    package func isOfTestingMode(_ connection: Connection) -> Bool {
        catalogue[connection.provider].map { TestingMode.holds(connection, at: $0) } ?? false
    }

    /// Where the consent was begun that a callback belongs to, nil for none of this session. It is not used up by that.
    package func begunConsent(ofCallback query: String, session: String) async throws -> BegunConsent? {
        guard let state = Provider.state(ofCallback: query) else { return nil }
        let digest = try fingerprint(of: "connect_state", state)
        guard let consent = try await store.read({ tx in try tx.connectionConsent(digest) }),
            consent.session == (try fingerprint(of: "connect_session", session))
        else { return nil }
        return BegunConsent(organization: consent.organization, connection: consent.connection)
    }
}

extension Renewal {
    /// Whether the refresh token's end is a later one after a renewal.
    fileprivate var movesRefreshEnd: Bool {
        if case .none = rotation { return false }
        return !refreshExpiryIsFixed
    }
}

extension ProviderClients {
    /// Our client for each of these offers, nil where none was needed yet, with its secrets that are in force. For the operator.
    package func describe(
        _ choices: [ProviderChoice], at now: Instant, as actor: Actor, tx: borrowing Transaction
    ) throws -> [(choice: ProviderChoice, state: ProviderAccessState?)] {
        try actor.requiresOperator(.connectionsRead)
        let states = try tx.providerAccessStates(at: now)
        return choices.map { choice in
            let state = states.first { state in
                state.access.provider == choice.provider.identifier
                    && state.access.clientID == choice.offer.clientIdentifier
            }
            return (choice, state)
        }
    }
}
