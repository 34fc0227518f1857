import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing

extension Product {
    /// With a plan that has everything, one that has no API, a small one and one without apps.
    fileprivate static let planned = Product(
        name: "Planned",
        plans: PlanCatalogue(
            [
                PlanDefinition(name: "full"), PlanDefinition(name: "old", status: .legacy),
                PlanDefinition(name: "essential", features: [.apps]),
                PlanDefinition(
                    name: "small",
                    limits: [.apiKeys: 3, .integrations: 2, .apps: 1, .members: 2, .organizations: 6]),
                PlanDefinition(name: "plain", features: [.apiAccess]),
            ], standard: "full"))
}

@Suite("Plans of accounts", .onEveryEngine)
struct AccountPlanTests {
    @Test func `a plan is one of the product's, also a legacy one, or none`() async throws {
        try await SampleTree.open(product: .planned) { tree in
            for plan in ["full", "old", nil] as [String?] {
                #expect(try await edit(AccountEdit(plan: .some(plan)), tree).plan == plan)
                #expect(try await create(plan, tree).plan == plan)
            }
            let event = try await tree.auditEvents().first { $0.action == "account.changed" }
            #expect(event?.details["fields"] == "plan")
            #expect(event?.details["plan"] == "")
        }
    }

    @Test func `any other is refused, with the one that may have been meant`() async throws {
        try await SampleTree.open(product: .planned) { tree in
            for (plan, says) in [
                ("ful", "Did you mean full?"), ("Old", "Did you mean old?"), ("x", "It has: full, old"),
            ] {
                for attempt in [{ try await create(plan, tree) }, { try await edit(AccountEdit(plan: plan), tree) }] {
                    let refusal = try await #require(throws: Refusal.self) { _ = try await attempt() }
                    guard case .invalid(let fields) = refusal else {
                        Issue.record("\(refusal)")
                        continue
                    }
                    #expect(fields.map(\.field) == ["plan"] && fields.map(\.code) == ["unknown"])
                    #expect(fields.first?.message.contains(says) == true, "\(fields)")
                }
            }
        }
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.self) { _ = try await create("full", tree) }
        }
    }

    @Test func `without the feature nothing is made that needs it, and everything once it is back`() async throws {
        try await SampleTree.open(product: .planned) { tree in
            let integration = try await tree.integration(in: tree.europe).credential
            let handmade = {
                try await tree.store.write { [integrations = tree.integrations] tx in
                    _ = try integrations.recordHandmadeToken(
                        of: integration.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            let attempts: [(PlanFeature, () async throws -> Void)] = [
                (.apiAccess, { _ = try await tree.key(in: tree.europe) }),
                (.apiAccess, { _ = try await tree.integration(in: tree.france) }), (.apiAccess, handmade),
                (.apps, { try await app(in: tree.europe, tree) }),
            ]
            for (plan, lacking) in [("essential", PlanFeature.apiAccess), ("plain", .apps)] {
                _ = try await edit(AccountEdit(plan: plan), tree)
                for (feature, attempt) in attempts {
                    if feature == lacking {
                        let refusal = try await #require(throws: Refusal.self) { try await attempt() }
                        guard case .conflict("plan", _) = refusal else {
                            Issue.record("\(refusal)")
                            continue
                        }
                    } else {
                        try await attempt()
                    }
                }
            }
            _ = try await edit(AccountEdit(plan: .some(nil)), tree)
            for (_, attempt) in attempts { try await attempt() }
            // Another account is on its own plan.
            _ = try await edit(AccountEdit(plan: "essential"), tree)
            _ = try await tree.key(in: tree.stranger)
        }
    }

    @Test func `of many who make something at once, no more get it than the plan allows`() async throws {
        try await SampleTree.open(product: .planned) { tree in
            _ = try await edit(AccountEdit(plan: "small"), tree)
            let organizations = [tree.global, tree.europe, tree.france, tree.northAmerica]
            let keys = await race(24) { number in _ = try await tree.key(in: organizations[number % 4]) }
            #expect(keys.count(where: \.isSuccess) == 3)
            let integrations = await race(24) { number in
                _ = try await tree.integration(in: organizations[number % 4])
            }
            #expect(integrations.count(where: \.isSuccess) == 2)
            let apps = await race(12) { number in try await app(in: organizations[number % 4], tree) }
            #expect(apps.count(where: \.isSuccess) == 1)
            let members = await race(12) { number in
                _ = try await tree.member(
                    in: organizations[number % 4], roles: [], email: "m\(number)@example.com")
            }
            #expect(members.count(where: \.isSuccess) == 2)
            // Of six there are four, with the root.
            let places = await race(12) { number in
                try await tree.store.write { [service = tree.organizations] tx in
                    _ = try service.create(
                        name: "More \(number)", below: organizations[number % 4].id, as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(places.count(where: \.isSuccess) == 2)
            for case .failure(let error) in keys + integrations + apps + members + places {
                guard case Refusal.limitReached = error else {
                    Issue.record("Refused as \(error)")
                    continue
                }
            }
            // A larger plan makes room, and a smaller one takes nothing away.
            _ = try await edit(AccountEdit(plan: "full"), tree)
            for _ in 0..<2 { _ = try await tree.key(in: tree.europe) }
            _ = try await edit(AccountEdit(plan: "small"), tree)
            await #expect(throws: Refusal.self) { _ = try await tree.key(in: tree.europe) }
            let kept = try await tree.store.read { tx in
                try tx.apiKeys(.within(tree.global.path), after: nil, limit: 100).count
            }
            #expect(kept == 5)
        }
    }

    private func create(_ plan: String?, _ tree: SampleTree) async throws -> Account {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [accounts = tree.accounts] tx in
            try accounts.create(AccountDraft(name: "New", plan: plan), as: SampleTree.theOperator, tx: tx)
        }
    }

    private func edit(_ edit: AccountEdit, _ tree: SampleTree) async throws -> Account {
        try await tree.store.write { [accounts = tree.accounts] tx in
            try accounts.edit(tree.global.id, edit, as: SampleTree.theOperator, tx: tx)
        }
    }

    private func app(in organization: Organization, _ tree: SampleTree) async throws {
        tree.clock.advance(seconds: 1)
        let apps = AppService(product: tree.product, peppers: { tree.peppers }, now: tree.clock.now)
        try await tree.store.write { tx in
            _ = try apps.create(
                AppDraft(name: "Planner", redirectURIs: ["https://app.example.com/back"], scopes: ["data.read"]),
                in: organization.id, as: SampleTree.theOperator, tx: tx)
        }
    }
}
