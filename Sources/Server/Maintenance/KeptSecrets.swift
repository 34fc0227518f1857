import CredentialFormat
import Credentials
import Logging
import Model
import Persistence
import ProductDefinition
import Tokens
import Verification

/// What a start does about the client secrets that are kept to be looked at again: it has their key ready where the product
/// keeps them, and destroys all of them where it does not, or no longer.
struct KeptSecrets: Sendable {
    /// How many one transaction destroys.
    private static let step = 1000

    let product: Product
    let keyRing: KeyRing
    let now: @Sendable () -> Instant
    let logger: Logger

    /// - Throws: ``StoreError``.
    func prepare(in store: any Store) async throws {
        switch product.policy.secretVisibility {
        case .retrievable: try await keyRing.ensure(.clientSecrets)
        case .once: try await destroy(in: store)
        }
    }

    private func destroy(in store: any Store) async throws {
        let integrations = IntegrationService(
            product: product, peppers: { [keyRing] in keyRing.keys.peppers }, safe: ClientSecretSafe(keyRing: keyRing),
            now: now)
        let actor = Actor(
            .command("serve"), reach: .everything, permissions: [], requestID: "start", address: nil)
        var total = 0
        var count = 0
        repeat {
            count = try await store.write { tx in
                try integrations.destroyCopies(limit: Self.step, as: actor, tx: tx)
            }
            total += count
        } while count == Self.step
        guard total > 0 else { return }
        logger.notice(
            "the product keeps client secrets no longer: the copies were destroyed", metadata: ["count": "\(total)"])
    }
}
