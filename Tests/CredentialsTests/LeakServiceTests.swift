import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

@Suite("Ending what has leaked", .onEveryEngine)
struct LeakServiceTests {
    @Test func `a secret that has ended by itself is nobody's, as after its end by anybody`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe, lifetimeSeconds: 7200)
            let client = try await tree.integration(in: tree.europe)
            let newer = try await tree.store.write { [apiKeys = tree.apiKeys, integrations = tree.integrations] tx in
                _ = try integrations.rotate(
                    client.credential.id, in: tree.europe.id, overlapSeconds: 60, as: SampleTree.theOperator, tx: tx)
                return try apiKeys.rotate(
                    key.credential.id, in: tree.europe.id, overlapSeconds: 60, as: SampleTree.theOperator, tx: tx)
            }
            tree.clock.advance(seconds: 60)
            #expect(try await end(key.secret, tree) == nil)
            #expect(try await end(client.secret, tree) == nil)
            tree.clock.advance(seconds: 7200)
            #expect(try await end(newer.secret, tree) == nil)
        }
    }

    @Test func `an access key gets another secret although the product has none now`() async throws {
        try await SampleTree.open { tree in
            let access = try await tree.accessKey(of: try await tree.contact(in: tree.europe))
            let off = Product(name: "Off", policy: ProductPolicy(accessKeys: .off))
            #expect(try await end(access.secret, tree, product: off) == .revoked)
            #expect(try await end(access.secret, tree) == nil)
        }
    }

    /// What its holder does.
    private func end(
        _ secret: String, _ tree: SampleTree, product: Product? = nil
    ) async throws -> LeakService.Outcome? {
        let product = product ?? tree.product
        let service = LeakService(
            product: product, peppers: { [keys = tree.keys] in keys.keys.peppers },
            safe: ClientSecretSafe(keyRing: tree.keys), now: tree.clock.now)
        let presented = try #require(PresentedSecret(parsing: Array(secret.utf8), in: product.secretFormats))
        return try await tree.store.write { tx in
            try service.end(
                presented, by: .revoke, on: .init(.holder, requestID: "req-leak", address: nil), tx: tx)?.outcome
        }
    }
}
