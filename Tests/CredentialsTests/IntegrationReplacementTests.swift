import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import TestSupport
import Testing

@Suite("Replacing an integration", .onEveryEngine)
struct IntegrationReplacementTests {
    @Test func `another takes its place, with all that it had but its identifier and secret`() async throws {
        let policy = ProductPolicy(integrations: IntegrationPolicy(perOrganization: .one))
        try await SampleTree.open(product: Product(name: "One", policy: policy)) { tree in
            let before = try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.create(
                    IntegrationDraft(
                        label: "Europe", scopes: ["data.read"], allowedAddresses: ["192.0.2.0/24"],
                        accessTokenSeconds: 600, tokenFormat: "jwt"),
                    in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            tree.clock.advance(seconds: 1)
            let heard = Heard(on: tree.store)
            let after = try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.replace(
                    before.credential.id, in: tree.europe.id, as: tree.caller(of: tree.europe), tx: tx)
            }
            #expect(after.credential.id != before.credential.id && after.secret != before.secret)
            #expect(after.credential.label == "Europe" && after.credential.scopes == before.credential.scopes)
            #expect(after.credential.addresses == before.credential.addresses)
            #expect(after.credential.accessTokenSeconds == 600 && after.credential.tokenFormat == .jwt)
            #expect(heard.changes == [.integration(before.credential.id), .integration(after.credential.id)])
            #expect(try await tree.store.read { tx in try tx.integration(before.credential.id) } == nil)
            let actions = try await tree.auditEvents().prefix(2).map(\.action)
            #expect(Set(actions) == ["integration.created", "integration.deleted"])
        }
    }

    @Test func `where the other cannot be made, the one before stays`() async throws {
        try await SampleTree.open { tree in
            let scopes = ["data.read", "claviger:api-keys.read"]
            let before = try await tree.integration(in: tree.europe, scopes: scopes)
            let actor = tree.caller(of: tree.europe, [.integrationsManage, .integrationsRead])
            await #expect(throws: Refusal.exceedsRights(.apiKeysRead)) {
                _ = try await tree.store.write { [integrations = tree.integrations] tx in
                    try integrations.replace(before.credential.id, in: tree.europe.id, as: actor, tx: tx)
                }
            }
            #expect(try await tree.store.read { tx in try tx.integration(before.credential.id) } != nil)
        }
    }
}
