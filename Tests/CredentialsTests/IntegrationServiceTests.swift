import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("Integrations", .onEveryEngine)
struct IntegrationServiceTests {
    @Test func `an integration comes with one secret, shown once`() async throws {
        try await SampleTree.open { tree in
            let heard = Heard(on: tree.store)
            let issued = try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.create(
                    IntegrationDraft(
                        label: " ERP Data Sync ", scopes: ["data.write"], allowedAddresses: ["10.0.0.0/8"],
                        accessTokenSeconds: 600, tokenFormat: "jwt"), in: tree.europe.id,
                    as: tree.caller(of: tree.global), tx: tx)
            }
            let integration = issued.credential
            #expect(integration.label == "ERP Data Sync")
            #expect(integration.accessTokenSeconds == 600)
            #expect(integration.tokenFormat == .jwt)
            #expect(issued.secret.hasPrefix("clv_cs_"))
            #expect(heard.changes == [.integration(integration.id)])
            let found = try #require(
                try await tree.store.read { tx in try tx.integrationForVerification(integration.id) })
            #expect(found.integration == integration)
            #expect(found.organization == tree.europe.path)
            let presented = try #require(
                PresentedSecret(parsing: Array(issued.secret.utf8), brand: tree.product.brand))
            #expect(found.secrets.count == 1)
            #expect(found.secrets.first?.digest.matches(presented.digest(under: tree.peppers.newest)) == true)
            #expect(found.secrets.first?.expiresAt == nil)
        }
    }

    @Test(arguments: [
        (IntegrationDraft(label: "", scopes: ["data.read"]), "label"),
        (IntegrationDraft(label: "L", scopes: []), "scopes"),
        (IntegrationDraft(label: "L", scopes: ["unheard.of"]), "scopes.0"),
        (IntegrationDraft(label: "L", scopes: ["data.read"], allowedAddresses: []), "allowed_addresses"),
        (IntegrationDraft(label: "L", scopes: ["data.read"], accessTokenSeconds: 59), "access_token_seconds"),
        (IntegrationDraft(label: "L", scopes: ["data.read"], accessTokenSeconds: 86_401), "access_token_seconds"),
        (IntegrationDraft(label: "L", scopes: ["data.read"], tokenFormat: "saml"), "token_format"),
    ])
    func `a bad field is named`(_ draft: IntegrationDraft, _ field: String) async throws {
        try await SampleTree.open { tree in
            let refusal = await #expect(throws: Refusal.self) {
                try await tree.store.write { [integrations = tree.integrations] tx in
                    _ = try integrations.create(draft, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            guard case .invalid(let fields) = refusal else {
                Issue.record("Refused as \(String(describing: refusal))")
                return
            }
            #expect(fields.map(\.field) == [field])
        }
    }

    @Test func `everything that was given can be changed, and null takes it away`() async throws {
        try await SampleTree.open { tree in
            let integration = try await tree.integration(in: tree.global).credential
            let edit = { (edit: IntegrationEdit, revision: Int?) in
                try await tree.store.write { [integrations = tree.integrations] tx in
                    try integrations.edit(
                        integration.id, in: tree.global.id, edit, expecting: revision.map { .exactly($0) } ?? .any,
                        as: SampleTree.theOperator,
                        tx: tx)
                }
            }
            let changed = try await edit(
                IntegrationEdit(
                    label: "New", scopes: ["data.write"], allowedAddresses: ["192.0.2.1"], accessTokenSeconds: 60,
                    tokenFormat: "jwt"), 1)
            #expect(changed.label == "New")
            #expect(changed.scopes.text == "data.write")
            #expect(changed.addresses.ranges?.count == 1)
            #expect(changed.accessTokenSeconds == 60)
            #expect(changed.tokenFormat == .jwt)
            let cleared = try await edit(
                IntegrationEdit(allowedAddresses: .some(nil), accessTokenSeconds: .some(nil)), 2)
            #expect(cleared.addresses == .anywhere)
            #expect(cleared.accessTokenSeconds == nil)
            #expect(try await tree.store.read { tx in try tx.integration(integration.id) } == cleared)
            await #expect(throws: Refusal.preconditionFailed) { _ = try await edit(IntegrationEdit(label: "X"), 2) }
        }
    }

    @Test func `with an integration its secrets go`() async throws {
        try await SampleTree.open { tree in
            let id = try await tree.integration(in: tree.global).credential.id
            let heard = Heard(on: tree.store)
            try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.delete(id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
            #expect(heard.changes == [.integration(id)])
            #expect(try await tree.store.read { tx in try tx.integrationForVerification(id) } == nil)
            #expect(try await tree.store.read { tx in try tx.clientSecrets(of: .integration(id)).count } == 0)
        }
    }

    @Test func `of 64 who make integrations at once, no more get one than the account may have`() async throws {
        let product = Product(name: "Small", policy: ProductPolicy(integrationsPerAccount: 7))
        try await SampleTree.open(product: product) { tree in
            let ends = await race(64) { number in
                try await tree.integration(in: number.isMultiple(of: 2) ? tree.global : tree.france)
            }
            #expect(ends.count { $0.isSuccess } == 7)
            _ = try await tree.integration(in: tree.stranger)
        }
    }

    @Test func `a token made by hand has some of the integration's scopes and lives as its tokens do`() async throws {
        try await SampleTree.open { tree in
            let integration = try await tree.integration(in: tree.europe, scopes: ["data.read", "data.write"])
                .credential
            let make = { (scopes: [String]?) in
                try await tree.store.write { [integrations = tree.integrations] tx in
                    try integrations.recordHandmadeToken(
                        of: integration.id, in: tree.europe.id, scopes: scopes, as: SampleTree.theOperator, tx: tx)
                }
            }
            tree.clock.advance(seconds: 1)
            let token = try await make(["data.write"])
            #expect(token.scopes.text == "data.write")
            #expect(token.account == tree.global.id)
            #expect(token.expiresAt == tree.clock.current.adding(seconds: 3600))
            let event = try await tree.auditEvents().first
            #expect(event?.action == "integration.token-issued")
            #expect(event?.details == ["scopes": "data.write", "token": token.id.description])
            #expect(try await make(nil).scopes == integration.scopes)
            for scopes in [["reports.read"], [], ["unheard.of"]] {
                await #expect(throws: Refusal.self) { _ = try await make(scopes) }
            }
        }
    }
}
