import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import TestSupport
import Testing

@Suite("The secrets of an integration", .onEveryEngine)
struct ClientSecretTests {
    @Test func `a rotation at once leaves the new secret alone`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            let rotated = try await rotate(issued.credential, tree)
            #expect(rotated.secret != issued.secret)
            #expect(rotated.previousExpiresAt == nil)
            #expect(rotated.credential.revision == 2)
            #expect(try await secrets(of: issued.credential, tree).map(\.expiresAt) == [nil])
            #expect(try await accepted(rotated.secret, by: issued.credential, tree))
            #expect(!(try await accepted(issued.secret, by: issued.credential, tree)))
        }
    }

    @Test func `with an overlap both work until its end`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            let rotated = try await rotate(issued.credential, overlap: 60, tree)
            let end = tree.clock.current.adding(seconds: 60)
            #expect(rotated.previousExpiresAt == end)
            #expect(try await secrets(of: issued.credential, tree).map(\.expiresAt) == [end, nil])
            #expect(try await accepted(issued.secret, by: issued.credential, tree))
            tree.clock.set(end)
            #expect(!(try await accepted(issued.secret, by: issued.credential, tree)))
            #expect(try await accepted(rotated.secret, by: issued.credential, tree))
            #expect(try await secrets(of: issued.credential, tree).count == 1)
            _ = try await rotate(issued.credential, tree)
        }
    }

    @Test func `inside an overlap only force rotates, and at most two secrets live`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            let second = try await rotate(issued.credential, overlap: 60, tree)
            await #expect(throws: Refusal.self) { _ = try await rotate(issued.credential, tree) }
            await #expect(throws: Refusal.self) { _ = try await rotate(issued.credential, overlap: 60, tree) }
            let third = try await rotate(issued.credential, overlap: 60, force: true, tree)
            #expect(try await secrets(of: issued.credential, tree).count == 2)
            #expect(!(try await accepted(issued.secret, by: issued.credential, tree)))
            #expect(try await accepted(second.secret, by: issued.credential, tree))
            let fourth = try await rotate(issued.credential, force: true, tree)
            for gone in [second, third] {
                #expect(!(try await accepted(gone.secret, by: issued.credential, tree)))
            }
            #expect(try await accepted(fourth.secret, by: issued.credential, tree))
        }
    }

    @Test(arguments: [-1, 7 * 86_400 + 1, .max])
    func `an overlap is at most the product's`(_ seconds: Int) async throws {
        try await SampleTree.open { tree in
            let integration = try await tree.integration(in: tree.global).credential
            await #expect(throws: Refusal.self) { _ = try await rotate(integration, overlap: seconds, tree) }
        }
    }

    @Test func `the older secret can be extended within bounds, and ended`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            _ = try await rotate(issued.credential, overlap: 60, tree)
            let older = try #require(try await secrets(of: issued.credential, tree).first)
            let longest = tree.clock.current.adding(seconds: tree.product.policy.secretOverlapMaximumSeconds)
            for wrong in [tree.clock.current, longest.adding(seconds: 1)] {
                await #expect(throws: Refusal.self) { try await extend(older, of: issued, to: wrong, tree) }
            }
            let heard = Heard(on: tree.store)
            try await extend(older, of: issued, to: longest, tree)
            #expect(try await secrets(of: issued.credential, tree).first?.expiresAt == longest)
            #expect(try await endInList(of: issued.credential, tree) == longest)
            try await end(older, of: issued, tree)
            #expect(try await endInList(of: issued.credential, tree) == nil)
            #expect(!(try await accepted(issued.secret, by: issued.credential, tree)))
            #expect(heard.changes == Array(repeating: .integration(issued.credential.id), count: 2))
            await #expect(throws: Refusal.notFound) { try await end(older, of: issued, tree) }
        }
    }

    @Test func `an ended secret is not revived by an extension`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            _ = try await rotate(issued.credential, overlap: 60, tree)
            let older = try #require(try await secrets(of: issued.credential, tree).first)
            tree.clock.advance(seconds: 60)
            await #expect(throws: Refusal.notFound) {
                try await extend(older, of: issued, to: tree.clock.current.adding(seconds: 60), tree)
            }
        }
    }

    @Test func `the secret in force can be neither ended nor given an end`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            let only = try #require(try await secrets(of: issued.credential, tree).first)
            await #expect(throws: Refusal.self) { try await end(only, of: issued, tree) }
            await #expect(throws: Refusal.self) {
                try await extend(only, of: issued, to: tree.clock.current.adding(seconds: 60), tree)
            }
            #expect(try await accepted(issued.secret, by: issued.credential, tree))
        }
    }

    @Test func `a secret of another integration is as if it did not exist`() async throws {
        try await SampleTree.open { tree in
            let mine = try await tree.integration(in: tree.global)
            let other = try await tree.integration(in: tree.stranger)
            _ = try await rotate(other.credential, overlap: 60, tree)
            let foreign = try #require(try await secrets(of: other.credential, tree).first)
            await #expect(throws: Refusal.notFound) { try await end(foreign, of: mine, tree) }
            await #expect(throws: Refusal.notFound) {
                try await extend(foreign, of: mine, to: tree.clock.current.adding(seconds: 60), tree)
            }
            #expect(try await accepted(other.secret, by: other.credential, tree))
        }
    }

    @Test func `neither a list of secrets nor the audit log has one of them or its digest`() async throws {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.global)
            let rotated = try await rotate(issued.credential, overlap: 60, tree)
            var text = "\(issued) \(rotated)"
            dump(try await secrets(of: issued.credential, tree), to: &text)
            dump(try await tree.auditEvents(), to: &text)
            dump(issued, to: &text)
            for secret in [issued.secret, rotated.secret] {
                #expect(!text.contains(secret.dropFirst("clv_cs_1234".count).dropLast(4)))
            }
            #expect(!text.contains("SecretDigest"))
        }
    }

    private func rotate(
        _ integration: Integration, overlap: Int = 0, force: Bool = false, _ tree: SampleTree
    ) async throws -> Issued<Integration> {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.rotate(
                integration.id, in: integration.organization, overlapSeconds: overlap, force: force,
                as: SampleTree.theOperator, tx: tx)
        }
    }

    private func secrets(of integration: Integration, _ tree: SampleTree) async throws -> [ClientSecretSummary] {
        try await tree.store.read { [integrations = tree.integrations] tx in
            try integrations.secrets(
                of: integration.id, in: integration.organization, as: SampleTree.theOperator, tx: tx)
        }
    }

    /// What the list of integrations says of the end of the older secret.
    private func endInList(of integration: Integration, _ tree: SampleTree) async throws -> Instant? {
        try await tree.store.read { tx in try tx.listedIntegration(integration.id)?.previousSecretEndsAt }
    }

    private func extend(
        _ secret: ClientSecretSummary, of issued: Issued<Integration>, to end: Instant, _ tree: SampleTree
    ) async throws {
        try await tree.store.write { [integrations = tree.integrations] tx in
            _ = try integrations.extendSecret(
                secret.id, of: issued.credential.id, in: issued.credential.organization, until: end,
                as: SampleTree.theOperator, tx: tx)
        }
    }

    private func end(
        _ secret: ClientSecretSummary, of issued: Issued<Integration>, _ tree: SampleTree
    ) async throws {
        try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.endSecret(
                secret.id, of: issued.credential.id, in: issued.credential.organization, as: SampleTree.theOperator,
                tx: tx)
        }
    }

    /// Whether a live secret of the client has the text's digest.
    private func accepted(_ text: String, by integration: Integration, _ tree: SampleTree) async throws -> Bool {
        let presented = try #require(PresentedSecret(parsing: Array(text.utf8), brand: tree.product.brand))
        let digest = presented.digest(under: tree.peppers.newest)
        let stored = try await tree.store.read { tx in try tx.clientSecrets(of: .integration(integration.id)) }
        return stored.contains { $0.isLive(at: tree.clock.current) && $0.digest.matches(digest) }
    }
}
