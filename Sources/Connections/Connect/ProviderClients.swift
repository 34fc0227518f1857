import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition

/// The operator's own clients at the providers that the product offers: they are there, their secrets are sealed, and what is wrong with
/// one is told apart from the connections through it.
package struct ProviderClients: Sendable {
    private static let longestSecret = 4096
    private static let longestOverlap = 90 * 86_400
    /// How often a secret is set behind one that somebody else set at the same moment.
    private static let attempts = 3

    private let store: any Store
    private let vault: ConnectionVault
    private let now: @Sendable () -> Instant

    package init(store: any Store, vault: ConnectionVault, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.vault = vault
        self.now = now
    }

    /// The client of an offer. It is made if there is none.
    ///
    /// - Throws: ``Refusal`` where there is no operator's organization yet.
    @discardableResult
    package func ensure(_ offer: OfferedProvider) async throws -> ProviderAccess {
        let time = now()
        do {
            return try await store.write { tx in
                if let found = try tx.providerAccess(at: offer.provider, client: offer.clientIdentifier) {
                    return found
                }
                guard let desk = try tx.operatorAccount()?.organization else { throw Refusal.notFound }
                let access = ProviderAccess(
                    id: ID(at: time.milliseconds), organization: desk.id, provider: offer.provider,
                    clientID: offer.clientIdentifier, createdAt: time)
                try tx.insert(access)
                return access
            }
        } catch StoreError.constraint(.unique) {
            // Another node made it at the same moment.
            let found = try await store.read { tx in
                try tx.providerAccess(at: offer.provider, client: offer.clientIdentifier)
            }
            guard let found else { throw StoreError.constraint(.unique) }
            return found
        }
    }

    /// Takes over the secrets of a file, newest first, if they are others than those in force.
    package func adopt(_ secrets: [String], of offer: OfferedProvider) async throws {
        let access = try await ensure(offer)
        guard try await vault.secrets(of: access, in: store, at: now()) != secrets else { return }
        try await seal(secrets.reversed(), of: access, overlap: 0, as: nil)
    }

    /// Sets the secret of our client, for the operator.
    ///
    /// - Parameter overlap: For how many seconds those before work on, since the provider takes time to forget them.
    package func setSecret(
        _ secret: String, of offer: OfferedProvider, overlap: Int = 0, as actor: Actor
    ) async throws {
        try actor.requiresOperator(.connectionsManage)
        var checks = FieldChecks()
        checks.require(
            (1...Self.longestSecret).contains(secret.utf8.count)
                && secret.utf8.allSatisfy { (0x21...0x7E).contains($0) },
            "secret", "invalid", "Must be 1 to \(Self.longestSecret) visible ASCII characters.")
        checks.require(
            (0...Self.longestOverlap).contains(overlap), "overlap_seconds", "out_of_range",
            "Must be 0 to \(Self.longestOverlap) seconds.")
        try checks.finish()
        let access = try await ensure(offer)
        for _ in 1...Self.attempts {
            do {
                return try await seal([secret], of: access, overlap: overlap, as: actor)
            } catch StoreError.constraint(.unique) {
                // Somebody else set one at the same moment, and this one comes after it.
            }
        }
        throw Refusal.conflict(
            code: "busy", explanation: "Others are setting this secret at the same moment. Look which one is in force.")
    }

    /// All our clients, with what the operator must put right about each.
    package func all(as actor: Actor, tx: borrowing Transaction) throws -> [ProviderAccess] {
        try actor.requiresOperator(.connectionsRead)
        return try tx.providerAccesses()
    }

    /// All or none.
    ///
    /// - Parameter secrets: The newest last. Whatever was in force before ends with the first; they live side by side.
    /// - Throws: `StoreError.constraint(.unique)` where another one was set at the same moment.
    private func seal(
        _ secrets: [String], of access: ProviderAccess, overlap: Int, as actor: Actor?
    ) async throws {
        let time = now()
        let last = try await store.read { tx in try tx.providerAccessSecrets(of: access.id, at: time).first }
        var sealed: [(row: ProviderAccessSecretRow, key: DataKeyRow)] = []
        for secret in secrets {
            let generation = (last?.generation ?? 0) + sealed.count + 1
            let made = try await vault.seal(clientSecret: secret, of: access, generation: generation, at: time)
            sealed.append((made.row, made.newKey))
        }
        try await store.write { [sealed] tx in
            for (number, (row, key)) in sealed.enumerated() {
                try tx.insert(key)
                try tx.insert(row, endingOthersAt: time.adding(seconds: number == 0 ? overlap : Self.longestOverlap))
            }
            try tx.setFault(nil, of: access.id, at: time)
            guard let actor else { return }
            try tx.record(
                .providerSecretSet, target: access.id, in: nil,
                details: ["provider": access.provider, "overlap_seconds": String(overlap)], by: actor, at: time)
        }
    }
}
