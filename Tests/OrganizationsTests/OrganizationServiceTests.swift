import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import TestSupport
import Testing

@Suite("Organizations", .onEveryEngine)
struct OrganizationServiceTests {
    @Test func `a child stands below its parent and is announced`() async throws {
        try await SampleTree.open { tree in
            let heard = Heard(on: tree.store)
            let child = try await create("  Berlin ", below: tree.europe, as: tree.caller(of: tree.global), tree)
            #expect(child.name == "Berlin")
            #expect(child.path == tree.europe.path.child(child.id))
            #expect(heard.changes == [.organization(child.id)])
            #expect(try await tree.store.read { tx in try tx.organization(child.id) } == child)
        }
    }

    @Test(arguments: ["", "   ", "a\nb", "a\u{0}b", "\u{202E}gpj", String(repeating: "x", count: 201)])
    func `a name has 1 to 200 printable characters`(_ name: String) async throws {
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.self) {
                _ = try await create(name, below: tree.global, as: SampleTree.theOperator, tree)
            }
            await #expect(throws: Refusal.self) {
                try await tree.store.write { [organizations = tree.organizations] tx in
                    try organizations.rename(tree.france.id, to: name, as: SampleTree.theOperator, tx: tx)
                }
            }
        }
    }

    @Test func `a tree is at most sixteen deep`() async throws {
        try await SampleTree.open { tree in
            var parent = tree.global
            for _ in 2...OrganizationPath.maximumDepth {
                parent = try await create("Below", below: parent, as: SampleTree.theOperator, tree)
            }
            let last = parent
            await #expect(throws: Refusal.self) {
                _ = try await create("Too deep", below: last, as: SampleTree.theOperator, tree)
            }
        }
    }

    @Test func `what is above, beside or in another account is as if it did not exist`() async throws {
        try await SampleTree.open { tree in
            let actor = tree.caller(of: tree.europe, Set(Permission.allCases))
            let organizations = tree.organizations
            for hidden in [tree.global.id, tree.northAmerica.id, tree.stranger.id, tree.desk.id, ID(at: 5)] {
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.read { tx in try organizations.get(hidden, as: actor, tx: tx) }
                }
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.read { tx in
                        try organizations.list(within: hidden, page: Page(), as: actor, tx: tx)
                    }
                }
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.write { tx in
                        try organizations.create(name: "X", below: hidden, as: actor, tx: tx)
                    }
                }
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.write { tx in try organizations.rename(hidden, to: "X", as: actor, tx: tx) }
                }
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.write { tx in try organizations.delete(hidden, as: actor, tx: tx) }
                }
            }
        }
    }

    @Test func `what may be seen but not done is refused by the name of the right`() async throws {
        try await SampleTree.open { tree in
            let reader = tree.caller(of: tree.global, [.organizationsRead])
            let organizations = tree.organizations
            let refusal = Refusal.forbidden(.organizationsManage)
            await #expect(throws: refusal) {
                _ = try await create("X", below: tree.global, as: reader, tree)
            }
            await #expect(throws: refusal) {
                try await tree.store.write { tx in
                    try organizations.rename(tree.france.id, to: "X", as: reader, tx: tx)
                }
            }
            await #expect(throws: refusal) {
                try await tree.store.write { tx in try organizations.delete(tree.france.id, as: reader, tx: tx) }
            }
            await #expect(throws: Refusal.forbidden(.organizationsRead)) {
                try await tree.store.read { tx in
                    try organizations.list(page: Page(), as: tree.caller(of: tree.global, []), tx: tx)
                }
            }
        }
    }

    @Test func `a list is the caller's own subtree, and everything for the operator`() async throws {
        try await SampleTree.open { tree in
            let names = { (actor: Actor) in
                try await tree.store.read { [organizations = tree.organizations] tx in
                    try organizations.list(page: Page(), as: actor, tx: tx)
                }.items.map(\.name)
            }
            let all = try await names(SampleTree.theOperator)
            #expect(all.count == 6)
            #expect(try await names(tree.caller(of: tree.global)) == ["Global", "Europe", "France", "North America"])
            #expect(try await names(tree.caller(of: tree.northAmerica)) == ["North America"])
        }
    }

    @Test func `a new name counts the revision, and the account's with its root`() async throws {
        try await SampleTree.open { tree in
            let renamed = try await tree.store.write { [organizations = tree.organizations] tx in
                try organizations.rename(
                    tree.global.id, to: "World", expecting: .exactly(1), as: tree.caller(of: tree.global), tx: tx)
            }
            #expect(try await tree.store.read { tx in try tx.organization(tree.global.id) } == renamed)
            #expect(renamed.revision == 2)
            #expect(try await tree.store.read { tx in try tx.account(tree.global.id) }?.revision == 2)
            await #expect(throws: Refusal.preconditionFailed) {
                try await tree.store.write { [organizations = tree.organizations] tx in
                    try organizations.rename(
                        tree.global.id, to: "Again", expecting: .exactly(1), as: SampleTree.theOperator, tx: tx)
                }
            }
        }
    }

    @Test(arguments: Content.allCases)
    func `an organization that holds something is not deleted`(_ content: Content) async throws {
        try await SampleTree.open { tree in
            switch content {
            case .child: _ = try await create("Below", below: tree.france, as: SampleTree.theOperator, tree)
            case .member: _ = try await tree.member(in: tree.france, roles: [])
            case .integration: _ = try await tree.integration(in: tree.france)
            case .apiKey: _ = try await tree.key(in: tree.france)
            }
            await #expect(throws: Refusal.self) { try await delete(tree.france, tree) }
            #expect(try await tree.store.read { tx in try tx.organization(tree.france.id) } != nil)
        }
    }

    @Test func `expired keys hold no organization back`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.france).credential
            tree.clock.set(key.expiresAt)
            let heard = Heard(on: tree.store)
            try await delete(tree.france, tree)
            #expect(heard.changes == [.organization(tree.france.id)])
            #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == nil)
            #expect(try await tree.store.read { tx in try tx.organization(tree.france.id) } == nil)
        }
    }

    @Test func `a root goes with its account only`() async throws {
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.self) { try await delete(tree.stranger, tree) }
            let account = try await tree.store.read { tx in try tx.account(tree.stranger.id) }
            #expect(account != nil)
        }
    }

    enum Content: CaseIterable { case child, member, integration, apiKey }

    private func create(
        _ name: String, below parent: Organization, as actor: Actor, _ tree: SampleTree
    ) async throws -> Organization {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [organizations = tree.organizations] tx in
            try organizations.create(name: name, below: parent.id, as: actor, tx: tx)
        }
    }

    private func delete(_ organization: Organization, _ tree: SampleTree) async throws {
        try await tree.store.write { [organizations = tree.organizations] tx in
            try organizations.delete(organization.id, as: SampleTree.theOperator, tx: tx)
        }
    }
}
