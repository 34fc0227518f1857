import CredentialFormat
package import Model
import Persistence
import Policy
import ProductDefinition

/// A key whose secret can be presented before its row is there. Only a test knows one so early.
package struct EarlyKey: Sendable {
    package let secret: String
    private let hint: SecretHint
    private let digest: SecretDigest

    /// Mints the secret, under what digests secrets at `desk`.
    package init(at desk: SampleDesk) {
        let minted = MintedSecret(.apiKey, brand: desk.tree.product.brand)
        hint = minted.hint
        digest = minted.digest(under: desk.tree.peppers)
        secret = minted.reveal()
    }

    /// Has another node of `desk`'s make the key, which lives for an hour.
    package func insert(in organization: Organization, at desk: SampleDesk) async throws {
        let now = desk.now
        try await desk.tree.store.write { [hint, digest] tx in
            let key = APIKey(
                id: ID(at: now.milliseconds), organization: organization.id, name: "Early", description: nil,
                scopes: .empty, addresses: .anywhere, hint: hint, createdAt: now, expiresAt: now.adding(seconds: 3600),
                disabledAt: nil, rotatedAt: now, previousExpiresAt: nil, createdBy: "test", lastUse: nil)
            try tx.insert(key, digest: digest, account: organization.account)
            tx.announce(.apiKey(key.id))
        }
    }
}
