import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import TestSupport
import Testing

@Suite("Who looks after credentials", .onEveryEngine)
struct StewardServiceTests {
    private static func actor(_ member: Member, in tree: SampleTree, _ organization: Organization) -> Actor {
        Actor(
            .member(member.id), reach: .subtree(organization.path), permissions: SampleTree.customerRights,
            requestID: "req-member", address: nil)
    }

    private func list(
        _ member: ID<Member>, in organization: Organization, as actor: Actor, _ tree: SampleTree
    ) async throws -> [StewardedCredential] {
        try await tree.store.read { tx in
            try StewardService(now: tree.clock.now).list(
                of: member, in: organization.id, page: Page(), as: actor, tx: tx
            ).items
        }
    }

    private func handOver(
        _ member: ID<Member>, in organization: Organization, to heir: ID<Member>?, only: Set<StewardedID>? = nil,
        as actor: Actor, _ tree: SampleTree
    ) async throws -> Int {
        try await tree.store.write { tx in
            try StewardService(now: tree.clock.now).handOver(
                from: member, in: organization.id, to: heir, only: only, as: actor, tx: tx)
        }
    }

    /// Whoever makes a key, an integration and an app.
    private func maker(_ tree: SampleTree) async throws -> (Member, [StewardedID]) {
        let ada = try await tree.member(in: tree.global, roles: ["admin"])
        let actor = Self.actor(ada, in: tree, tree.global)
        let key = try await tree.key(in: tree.europe, as: actor)
        let integration = try await tree.integration(in: tree.france, as: actor)
        tree.clock.advance(seconds: 1)
        let app = try await tree.store.write { [apps = tree.apps] tx in
            try apps.create(
                AppDraft(name: "App", redirectURIs: ["https://app.example/callback"], scopes: ["data.read"]),
                in: tree.global.id, as: actor, tx: tx
            ).app
        }
        _ = try await tree.key(in: tree.europe)
        return (
            ada,
            [.apiKey(key.credential.id), .integration(integration.credential.id), .app(app.id)]
        )
    }

    @Test func `whoever makes one looks after it, and nobody looks after what the operator made`() async throws {
        try await SampleTree.open { tree in
            let (ada, made) = try await maker(tree)
            let seen = try await list(ada.id, in: tree.global, as: tree.caller(of: tree.global), tree)
            #expect(seen.map(\.id) == made)
            #expect(seen.map(\.name) == ["Key", "Sync", "App"])
            #expect(seen.map(\.organizationName) == ["Europe", "France", "Global"])
            #expect(seen.allSatisfy { $0.steward == ada.id && $0.leftAt == nil && $0.works(at: tree.clock.current) })
            let paged = try await tree.store.read { tx in
                try StewardService(now: tree.clock.now).list(
                    of: ada.id, in: tree.global.id, page: Page(limit: 2), as: tree.caller(of: tree.global), tx: tx)
            }
            #expect(paged.items.map(\.id) == Array(made.prefix(2)) && paged.next != nil)
        }
    }

    @Test func `each sees what they may read and reach, and nothing beside it`() async throws {
        try await SampleTree.open { tree in
            let (ada, made) = try await maker(tree)
            let keys = tree.caller(of: tree.global, [.membersRead, .apiKeysRead])
            #expect(try await list(ada.id, in: tree.global, as: keys, tree).map(\.id) == [made[0]])
            let none = tree.caller(of: tree.global, [.membersRead])
            #expect(try await list(ada.id, in: tree.global, as: none, tree) == [])
            await #expect(throws: Refusal.forbidden(.membersRead)) {
                try await list(ada.id, in: tree.global, as: tree.caller(of: tree.global, [.apiKeysRead]), tree)
            }
            // Ada is no member of Europe, but two of hers are there.
            let below = tree.caller(of: tree.europe)
            #expect(try await list(ada.id, in: tree.europe, as: below, tree).map(\.id) == Array(made.prefix(2)))
            for stranger in [tree.northAmerica, tree.stranger] {
                await #expect(throws: Refusal.notFound) {
                    try await list(ada.id, in: stranger, as: tree.caller(of: stranger), tree)
                }
                await #expect(throws: Refusal.notFound) {
                    try await list(ada.id, in: tree.global, as: tree.caller(of: stranger), tree)
                }
            }
        }
    }

    @Test func `what is handed over is the heir's, and each is an event of its own`() async throws {
        try await SampleTree.open { tree in
            let (ada, made) = try await maker(tree)
            let bob = try await tree.member(in: tree.europe, roles: [], email: "bob@example.com")
            let caller = tree.caller(of: tree.global)
            #expect(try await handOver(ada.id, in: tree.global, to: bob.id, only: [made[1]], as: caller, tree) == 1)
            #expect(try await list(bob.id, in: tree.europe, as: caller, tree).map(\.id) == [made[1]])
            #expect(try await handOver(ada.id, in: tree.global, to: bob.id, as: caller, tree) == 2)
            #expect(try await handOver(ada.id, in: tree.global, to: bob.id, as: caller, tree) == 0)
            #expect(try await list(ada.id, in: tree.global, as: caller, tree) == [])
            #expect(try await list(bob.id, in: tree.europe, as: caller, tree).map(\.id) == made)
            let events = try await tree.auditEvents().filter { $0.action.hasSuffix(".handed-over") }
            #expect(Set(events.map(\.target)) == Set(made.map(\.description)))
            #expect(events.allSatisfy { $0.details == ["from": ada.id.description, "to": bob.id.description] })
        }
    }

    @Test func `all keys that somebody looks after are disabled together, each as an event, and no one else's`()
        async throws
    {
        try await SampleTree.open { tree in
            let (ada, made) = try await maker(tree)
            func disable(_ filter: StewardFilter, as actor: Actor) async throws -> Int {
                try await tree.store.write { [apiKeys = tree.apiKeys] tx in
                    try apiKeys.disableWorkingKeys(filter, in: tree.global.id, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.forbidden(.apiKeysManage)) {
                try await disable(.member(ada.id), as: tree.caller(of: tree.global, [.apiKeysRead, .membersRead]))
            }
            await #expect(throws: Refusal.notFound) {
                try await disable(.member(ada.id), as: tree.caller(of: tree.stranger))
            }
            let caller = tree.caller(of: tree.global)
            #expect(try await disable(.left(account: tree.global.id), as: caller) == 0)
            #expect(try await disable(.member(ada.id), as: caller) == 1)
            #expect(try await disable(.member(ada.id), as: caller) == 0)
            let disabled = try await tree.auditEvents().filter { $0.action == "api-key.disabled" }
            #expect(disabled.map(\.target) == [made[0].description])
            let seen = try await list(ada.id, in: tree.global, as: caller, tree)
            #expect(
                seen.map(\.hasSecret) == [true, true, true]
                    && seen.map { $0.disabledAt != nil } == [true, false, false])
        }
    }

    @Test func `it takes the right to change them, and an heir of the same account`() async throws {
        try await SampleTree.open { tree in
            let (ada, made) = try await maker(tree)
            let bob = try await tree.member(in: tree.global, roles: [], email: "bob@example.com")
            let eve = try await tree.member(in: tree.stranger, roles: [], email: "eve@example.com")
            let keys = tree.caller(of: tree.global, [.membersManage, .apiKeysManage])
            #expect(try await handOver(ada.id, in: tree.global, to: bob.id, as: keys, tree) == 1)
            let everything = tree.caller(of: tree.global)
            #expect(try await list(ada.id, in: tree.global, as: everything, tree).map(\.id) == Array(made.dropFirst()))
            for heir in [eve.id, ID(at: 1), nil] {
                await #expect(
                    throws: Refusal.invalid([InvalidField("to", "unknown", "Nobody here has this identifier.")])
                ) {
                    try await handOver(ada.id, in: tree.global, to: heir, as: everything, tree)
                }
            }
            // To whom Europe may not see, it hands nothing over, and nobody else's account hears of any of them.
            await #expect(throws: Refusal.invalid([InvalidField("to", "unknown", "Nobody here has this identifier.")]))
            {
                try await handOver(ada.id, in: tree.europe, to: bob.id, as: tree.caller(of: tree.europe), tree)
            }
            await #expect(throws: Refusal.notFound) {
                try await handOver(ada.id, in: tree.global, to: eve.id, as: tree.caller(of: tree.stranger), tree)
            }
            await #expect(throws: Refusal.forbidden(.membersManage)) {
                try await handOver(
                    ada.id, in: tree.global, to: bob.id, as: tree.caller(of: tree.global, [.apiKeysManage]), tree)
            }
        }
    }

    @Test func `what a leaver leaves behind is found with their name, and can be handed over then`() async throws {
        try await SampleTree.open { tree in
            let (ada, made) = try await maker(tree)
            let bob = try await tree.member(in: tree.global, roles: ["admin"], email: "bob@example.com")
            let caller = tree.caller(of: tree.global)
            let service = StewardService(now: tree.clock.now)
            func left(in organization: Organization) async throws -> [StewardedCredential] {
                try await tree.store.read { tx in
                    try service.listLeft(
                        in: organization.id, page: Page(), as: tree.caller(of: organization), tx: tx
                    ).items
                }
            }
            #expect(try await left(in: tree.global) == [])
            let at = tree.clock.current
            try await tree.store.write { [members = tree.members] tx in
                try members.delete(ada.id, in: tree.global.id, as: caller, tx: tx)
            }
            let behind = try await left(in: tree.global)
            #expect(behind.map(\.id) == made)
            #expect(behind.allSatisfy { $0.leftAt == at && $0.formerName == "Ada" && $0.steward == ada.id })
            #expect(try await left(in: tree.europe).map(\.id) == Array(made.prefix(2)))
            #expect(try await left(in: tree.stranger) == [])
            #expect(try await list(ada.id, in: tree.global, as: caller, tree).map(\.id) == made)
            #expect(try await handOver(ada.id, in: tree.global, to: bob.id, as: caller, tree) == 3)
            #expect(try await left(in: tree.global) == [])
            let now = try await list(bob.id, in: tree.global, as: caller, tree)
            #expect(now.map(\.id) == made && now.allSatisfy { $0.leftAt == nil && $0.formerName == nil })
            await #expect(throws: Refusal.notFound) { try await list(ada.id, in: tree.global, as: caller, tree) }
        }
    }

    @Test func `more than one step of them are handed over`() async throws {
        try await SampleTree.open { tree in
            let ada = try await tree.member(in: tree.global, roles: ["admin"])
            let bob = try await tree.member(in: tree.global, roles: [], email: "bob@example.com")
            let actor = Self.actor(ada, in: tree, tree.global)
            for _ in 0..<2 {
                try await tree.store.write { [apiKeys = tree.apiKeys] tx in
                    for _ in 0..<120 {
                        _ = try apiKeys.create(
                            APIKeyDraft(name: "Key", scopes: ["data.read"]), in: tree.global.id, as: actor, tx: tx)
                    }
                }
            }
            let caller = tree.caller(of: tree.global)
            #expect(try await handOver(ada.id, in: tree.global, to: bob.id, as: caller, tree) == 240)
            let count = try await tree.store.read { tx in
                try tx.stewardedCount(.member(bob.id), kinds: [.apiKey], within: tree.global.path, limit: 300)
            }
            #expect(count == 240)
        }
    }
}
