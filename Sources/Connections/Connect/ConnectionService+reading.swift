package import CredentialFormat
import Events
package import Model
package import Persistence
import ProviderDefinition

/// A connection with all that is known of it. No secret.
package struct ConnectionAccount: Sendable {
    package let connection: Connection
    /// What is below it now.
    package let children: [ConnectionChildRow]
    /// The newest line of each promise.
    package let promises: [ConnectionPromise]
    /// What the operator must put right about our client at the provider, nil for nothing.
    package let fault: String?
    /// That its keys were destroyed, nil as long as it has any.
    package let receipt: ShreddingReceiptRow?
    /// Nil where nobody asks how it is but by renewing it.
    package let checks: ConnectionChecks?
}

/// How it is asked from time to time whether a connection works, without anything being changed.
package struct ConnectionChecks: Sendable {
    /// About how often, in seconds.
    package let every: Int
    /// What they found out.
    package let found: ConnectionHealth
}

extension ConnectionService {
    /// One connection of an organization with all that is known of it.
    package func account(
        of id: ID<Connection>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> ConnectionAccount {
        var connection = try get(id, in: organization, as: actor, tx: tx)
        let isEnded = connection.status == .disconnected
        let health = try tx.health(of: id)
        connection.noteProof(at: health?.provenAt)
        return ConnectionAccount(
            connection: connection,
            children: isEnded ? [] : try tx.currentChildren(of: connection),
            promises: try tx.latestPromises(of: id), fault: try tx.providerAccess(connection.access)?.fault,
            receipt: isEnded ? try tx.shreddingReceipts(of: id.description).last : nil,
            checks: checks(of: connection, health))
    }

    private func checks(of connection: Connection, _ health: ConnectionHealth?) -> ConnectionChecks? {
        guard connection.status.isRenewed, let every = catalogue[connection.provider]?.health?.every, let health else {
            return nil
        }
        return ConnectionChecks(every: every, found: health)
    }

    /// The checks of a connection, nil where there are none, or none any more.
    ///
    /// - Parameter details: As they were described to whoever asks.
    package func checks(of details: ConnectionDetails, tx: borrowing Transaction) throws -> ConnectionChecks? {
        checks(of: details.connection, try tx.health(of: details.connection.id))
    }

    /// What became of a connection, newest first.
    package func events(
        of id: ID<Connection>, in organization: ID<Organization>, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<ConnectionEvent> {
        _ = try get(id, in: organization, as: actor, tx: tx)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.connectionEvents(of: id, after: after, limit: limit)
        }
    }

    /// When it was renewed, or was to be, newest first.
    package func renewals(
        of id: ID<Connection>, in organization: ID<Organization>, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<RenewalAttempt> {
        _ = try get(id, in: organization, as: actor, tx: tx)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.renewalAttempts(of: id, after: after, limit: limit)
        }
    }

    /// Refuses whoever may not manage a connection: before anything is said of what they sent.
    package func admit(
        _ actor: Actor, to id: ID<Connection>, in organization: ID<Organization>, tx: borrowing Transaction
    ) throws {
        _ = try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
    }

    /// When nothing that we do keeps a connection alive any longer, nil where nothing is known.
    package func predictedDeath(of connection: Connection) -> Instant? {
        guard connection.status != .disconnected, let provider = catalogue[connection.provider] else { return nil }
        return UpkeepPlan(provider, for: connection).predictedDeath
    }

    /// Whether the product offers accounts at a provider.
    package func offers(_ provider: String) -> Bool { offered(provider) != nil }

    /// What a provider is called, its identifier where nothing more is known.
    package func title(of provider: String) -> String { catalogue[provider]?.title ?? provider }

    /// What ties a consent to the browser in which a member is signed in (``start(_:in:session:as:)``).
    package static func binding(to session: ID<MemberSession>) -> String { session.description }
}
