import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("The last of its kind goes only with force", .onEveryEngine)
struct LastOfItsKindTests {
    /// What takes an API key away.
    private enum Taking: CaseIterable, CustomTestStringConvertible {
        case delete, disable, narrow, shorten
        var testDescription: String { "\(self)" }
    }

    private static let whole = ["claviger:accounts.manage", "claviger:api-keys.manage"]

    private func take(_ key: APIKey, by taking: Taking, force: Bool = false, _ tree: SampleTree) async throws {
        try await tree.store.write { [keys = tree.apiKeys] tx in
            let actor = SampleTree.theOperator
            switch taking {
            case .delete: try keys.delete(key.id, in: key.organization, force: force, as: actor, tx: tx)
            case .disable: _ = try keys.disable(key.id, in: key.organization, force: force, as: actor, tx: tx)
            case .narrow:
                _ = try keys.edit(
                    key.id, in: key.organization, APIKeyEdit(scopes: ["claviger:api-keys.manage"]), force: force,
                    as: actor, tx: tx)
            case .shorten:
                _ = try keys.rotate(
                    key.id, in: key.organization, lifetimeSeconds: 1, force: force, as: actor, tx: tx)
            }
        }
    }

    /// The code of the conflict that something is refused with, nil if it is not.
    private func code(_ body: () async throws -> Void) async throws -> String? {
        do {
            try await body()
            return nil
        } catch Refusal.conflict(let code, _) {
            return code
        }
    }

    @Test(arguments: Taking.allCases)
    private func `of two keys that manage accounts one may go, the last one only with force`(
        _ taking: Taking
    ) async throws {
        try await SampleTree.open { tree in
            let first = try await tree.key(in: tree.desk, scopes: Self.whole).credential
            let second = try await tree.key(in: tree.desk, scopes: Self.whole).credential
            // Neither one that has other rights nor a customer's is a way in.
            _ = try await tree.key(in: tree.desk, scopes: ["claviger:api-keys.manage"])
            _ = try await tree.key(in: tree.global)
            #expect(try await code { try await take(first, by: taking, tree) } == nil)
            tree.clock.advance(seconds: 2)
            #expect(try await code { try await take(second, by: taking, tree) } == "last_operator_key")
            let kept = try await tree.store.read { tx in try tx.apiKey(second.id) }
            #expect(kept == second, "a refusal changes nothing")
            #expect(try await code { try await take(second, by: taking, force: true, tree) } == nil)
        }
    }

    @Test func `one that is disabled or has expired is no other way in, and may go itself`() async throws {
        try await SampleTree.open { tree in
            let dead = try await tree.key(in: tree.desk, scopes: Self.whole).credential
            let keeper = try await tree.key(in: tree.desk, scopes: Self.whole).credential
            try await take(dead, by: .disable, tree)
            for taking in Taking.allCases {
                #expect(try await code { try await take(keeper, by: taking, tree) } == "last_operator_key")
            }
            #expect(try await code { try await take(dead, by: .delete, tree) } == nil)
            tree.clock.advance(seconds: tree.product.policy.apiKeyLifetimes.standard)
            #expect(try await code { try await take(keeper, by: .delete, tree) } == nil, "it has expired")
        }
    }

    @Test func `what leaves the last key a way in is not refused`() async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.desk, scopes: Self.whole).credential
            let maximum = tree.product.policy.apiKeyLifetimes.maximum
            try await tree.store.write { [keys = tree.apiKeys] tx in
                let actor = SampleTree.theOperator
                _ = try keys.edit(
                    key.id, in: key.organization, APIKeyEdit(scopes: ["claviger:accounts.manage"]), as: actor, tx: tx)
                _ = try keys.rotate(key.id, in: key.organization, as: actor, tx: tx)
                _ = try keys.rotate(key.id, in: key.organization, lifetimeSeconds: maximum, as: actor, tx: tx)
            }
        }
    }

    @Test func `of two who take each other's key away at once, one is refused`() async throws {
        try await SampleTree.open { tree in
            let keys = [
                try await tree.key(in: tree.desk, scopes: Self.whole).credential,
                try await tree.key(in: tree.desk, scopes: Self.whole).credential,
            ]
            let ends = await race(2) { number in try await take(keys[number], by: .delete, tree) }
            #expect(ends.count { (try? $0.get()) != nil } == 1)
        }
    }

    @Test func `a rotation may set a new end within the product's policy, and leaves it where it is otherwise`()
        async throws
    {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.global).credential
            func rotate(_ seconds: Int?, overlap: Int = 0) async throws -> Issued<APIKey> {
                try await tree.store.write { [keys = tree.apiKeys] tx in
                    try keys.rotate(
                        key.id, in: key.organization, overlapSeconds: overlap, lifetimeSeconds: seconds, force: true,
                        as: SampleTree.theOperator, tx: tx)
                }
            }
            func stored() async throws -> Instant? {
                try await tree.store.read { tx in try tx.apiKey(key.id) }?.expiresAt
            }
            tree.clock.advance(seconds: 60)
            #expect(try await rotate(nil).credential.expiresAt == key.expiresAt)
            tree.clock.advance(seconds: 1)
            let maximum = tree.product.policy.apiKeyLifetimes.maximum
            let end = tree.clock.current.adding(seconds: maximum)
            #expect(try await rotate(maximum).credential.expiresAt == end)
            #expect(try await stored() == end)
            #expect(try await tree.auditEvents().first?.details["lifetime_seconds"] == "\(maximum)")
            for seconds in [0, -1, maximum + 1] {
                await #expect(throws: Refusal.self) { try await rotate(seconds) }
            }
            #expect(try await stored() == end)
            // What is kept of the secret before does not outlive the key.
            let short = try await rotate(30, overlap: 60)
            #expect(short.previousExpiresAt == short.credential.expiresAt)
        }
    }

    @Test func `the last owner of an account loses the role, or goes, only by the operator's force`() async throws {
        try await SampleTree.open { tree in
            let owners = tree.product.roles.first {
                $0.permissions.contains(.membersManage) && !$0.permissions.contains(where: \.isForOperator)
            }
            let role = try #require(owners?.name)
            let ada = try await tree.member(in: tree.global, roles: [role])
            let bob = try await tree.member(in: tree.global, roles: [role], email: "bob@example.com")
            // An owner of what is below cannot let anybody into the root.
            let eve = try await tree.member(in: tree.europe, roles: [role], email: "eve@example.com")
            let admin = tree.caller(of: tree.global)
            func delete(_ member: Member, force: Bool = false, as actor: Actor) async throws -> String? {
                try await code {
                    try await tree.store.write { [members = tree.members] tx in
                        try members.delete(member.id, in: member.organization, force: force, as: actor, tx: tx)
                    }
                }
            }
            func edit(_ member: Member, _ edit: MemberEdit, force: Bool = false, as actor: Actor) async throws
                -> String?
            {
                try await code {
                    try await tree.store.write { [members = tree.members] tx in
                        _ = try members.edit(
                            member.id, in: member.organization, edit, force: force, as: actor, tx: tx)
                    }
                }
            }
            #expect(try await delete(eve, as: admin) == nil)
            #expect(try await delete(ada, as: admin) == nil)
            for (actor, force) in [(SampleTree.theOperator, false), (admin, false), (admin, true)] {
                #expect(try await delete(bob, force: force, as: actor) == "last_owner")
                #expect(try await edit(bob, MemberEdit(roles: []), force: force, as: actor) == "last_owner")
            }
            #expect(try await edit(bob, MemberEdit(name: "Bob B."), as: admin) == nil)
            #expect(try await edit(bob, MemberEdit(roles: []), force: true, as: SampleTree.theOperator) == nil)
            #expect(try await delete(bob, as: admin) == nil, "owns nothing any more")
        }
    }

    @Test func `another owner is found however many members stand before`() async throws {
        try await SampleTree.open { tree in
            let roles = tree.product.roles.first {
                $0.permissions.contains(.membersManage) && !$0.permissions.contains(where: \.isForOperator)
            }
            let role = try #require(roles?.name)
            let first = try await tree.member(in: tree.global, roles: [role])
            try await tree.store.write { [members = tree.members] tx in
                for number in 0..<401 {
                    _ = try members.create(
                        MemberDraft(
                            email: "m\(number)@example.com", name: "M", roles: number == 400 ? [role] : []),
                        in: tree.global.id, as: SampleTree.theOperator, tx: tx)
                }
                try members.delete(first.id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
        }
    }

    @Test func `a resource server whose secret was used goes only with force`() async throws {
        try await SampleTree.open { tree in
            func make() async throws -> ID<ResourceServer> {
                tree.clock.advance(seconds: 1)
                return try await tree.store.write { [servers = tree.resourceServers] tx in
                    try servers.create(
                        ResourceServerDraft(name: "API", audiences: ["https://api.example.com"]),
                        as: SampleTree.theOperator, tx: tx)
                }.credential.id
            }
            func delete(_ id: ID<ResourceServer>, force: Bool = false) async throws -> String? {
                try await code {
                    try await tree.store.write { [servers = tree.resourceServers] tx in
                        try servers.delete(id, force: force, as: SampleTree.theOperator, tx: tx)
                    }
                }
            }
            let idle = try await make()
            #expect(try await delete(idle) == nil)
            let busy = try await make()
            let now = tree.clock.current
            try await tree.store.write { tx in
                for secret in try tx.clientSecrets(of: .resourceServer(busy)) {
                    try tx.recordUse(clientSecret: secret.id, of: secret.client, at: now, address: nil)
                }
            }
            #expect(try await delete(busy) == "in_use")
            #expect(try await delete(busy, force: true) == nil)
        }
    }
}
