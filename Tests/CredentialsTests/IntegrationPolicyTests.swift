import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("What a new integration gets, and how many there may be", .onEveryEngine)
struct IntegrationPolicyTests {
    private static func product(_ integrations: IntegrationPolicy) -> Product {
        Product(name: "Policed", policy: ProductPolicy(integrations: integrations))
    }

    @Test func `what a draft leaves out is what the product gives`() async throws {
        let range = try #require(IPRange("192.0.2.0/24"))
        let rule = try #require(AddressRule(within: [range]))
        let product = Self.product(IntegrationPolicy(scopes: ScopeCatalogue.standard.all, addresses: rule))
        try await SampleTree.open(product: product) { tree in
            let given = try await create(IntegrationDraft(label: "Sync", scopes: nil), tree)
            #expect(given.scopes == ScopeCatalogue.standard.all)
            #expect(given.addresses == rule)
            let chosen = try await create(
                IntegrationDraft(label: "Sync", scopes: ["data.read"], allowedAddresses: ["203.0.113.1"]), tree)
            #expect(chosen.scopes.text == "data.read")
            #expect(chosen.addresses.ranges?.map(\.description) == ["203.0.113.1"])
            let anywhere = try await create(
                IntegrationDraft(label: "Sync", scopes: ["data.read"], allowedAddresses: .some(nil)), tree)
            #expect(anywhere.addresses == .anywhere)
            await #expect(throws: Refusal.self) {
                _ = try await create(IntegrationDraft(label: "Sync", scopes: []), tree)
            }
        }
    }

    @Test func `scopes must be said where the product gives none`() async throws {
        try await SampleTree.open { tree in
            let refusal = try await #require(throws: Refusal.self) {
                _ = try await create(IntegrationDraft(label: " ", scopes: nil), tree)
            }
            guard case .invalid(let fields) = refusal else {
                Issue.record("\(refusal)")
                return
            }
            #expect(fields.map(\.field) == ["label", "scopes"])
            #expect(fields.map(\.code) == ["required", "required"])
        }
    }

    @Test func `of many who make one at once, each organization gets one, and room again when it is deleted`()
        async throws
    {
        try await SampleTree.open(product: Self.product(IntegrationPolicy(perOrganization: .one))) { tree in
            let organizations = [tree.global, tree.europe, tree.stranger]
            let ends = await race(24) { number in try await tree.integration(in: organizations[number % 3]) }
            #expect(ends.count(where: \.isSuccess) == 3)
            for case .failure(let error) in ends {
                guard case Refusal.limitReached(code: "one_integration", _) = error else {
                    Issue.record("Refused as \(error)")
                    continue
                }
            }
            let all = try await tree.store.read { tx in
                try tx.integrations(.within(tree.global.path), after: nil, limit: 10)
            }
            #expect(Set(all.map(\.organization)) == [tree.global.id, tree.europe.id])
            let first = try #require(all.first { $0.organization == tree.europe.id })
            try await tree.store.write { [integrations = tree.integrations] tx in
                try integrations.delete(first.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
            }
            _ = try await tree.integration(in: tree.europe)
        }
    }

    private func create(_ draft: IntegrationDraft, _ tree: SampleTree) async throws -> Integration {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            try integrations.create(draft, in: tree.europe.id, as: tree.caller(of: tree.global), tx: tx).credential
        }
    }
}
