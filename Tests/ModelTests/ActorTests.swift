import CredentialFormat
import Model
import Policy
import Testing

@Suite("Actors (laws 11 and 12)")
struct ActorTests {
    private let root = OrganizationPath(root: ID(value: 1))

    private func path(_ values: UInt128...) throws -> OrganizationPath {
        try #require(OrganizationPath(values.map { ID(value: $0) }))
    }

    private func actor(_ reach: Actor.Reach, _ permissions: Set<Permission>) -> Actor {
        Actor(.member(ID(value: 9)), reach: reach, permissions: permissions, requestID: "req_1", address: nil)
    }

    @Test func `an actor sees its organization and what is below, and nothing above or beside`() throws {
        let middle = actor(.subtree(try path(1, 2)), [])
        #expect(middle.sees(try path(1, 2)))
        #expect(middle.sees(try path(1, 2, 3)))
        #expect(!middle.sees(root))
        #expect(!middle.sees(try path(1, 3)))
        #expect(!middle.sees(try path(1, 3, 2)))
        #expect(!middle.sees(try path(2)))
        #expect(!middle.sees(try path(4, 1, 2)))
        #expect(actor(.everything, []).sees(try path(4)))
    }

    @Test func `who reaches nothing sees nothing, and asks for nothing that could be taken for everything`() throws {
        let stranger = actor(.nothing, Set(Permission.allCases))
        #expect(!stranger.sees(root))
        #expect(!stranger.may(.apiKeysRead, in: root))
        #expect(throws: Refusal.notFound) { try stranger.requires(.apiKeysRead, in: root) }
        #expect(throws: Refusal.forbidden(.accountsManage)) { try stranger.requiresOperator(.accountsManage) }
        #expect(throws: Refusal.notFound) { try stranger.reach.bound() }
        #expect(try actor(.everything, []).reach.bound() == nil)
        #expect(try actor(.subtree(root), []).reach.bound() == root)
    }

    @Test func `what it does not see does not exist, whatever it may do elsewhere`() throws {
        let actor = actor(.subtree(try path(1, 2)), [.apiKeysManage])
        #expect(throws: Refusal.notFound) { try actor.requires(.apiKeysManage, in: root) }
        #expect(throws: Refusal.notFound) { try actor.requires(.membersManage, in: root) }
        #expect(throws: Refusal.forbidden(.membersManage)) { try actor.requires(.membersManage, in: try path(1, 2, 3)) }
        try actor.requires(.apiKeysManage, in: try path(1, 2, 3))
        #expect(actor.may(.apiKeysManage, in: try path(1, 2)))
        #expect(!actor.may(.apiKeysManage, in: root))
        #expect(!actor.may(.membersManage, in: try path(1, 2)))
    }

    @Test func `only the operator with the right acts as the operator`() throws {
        try actor(.everything, [.accountsManage]).requiresOperator(.accountsManage)
        for other in [actor(.everything, []), actor(.subtree(root), [.accountsManage])] {
            #expect(throws: Refusal.forbidden(.accountsManage)) { try other.requiresOperator(.accountsManage) }
        }
    }

    @Test func `nobody gives what they do not have`() throws {
        let actor = actor(.subtree(root), [.apiKeysManage, .apiKeysRead])
        try actor.requiresRights(in: .empty)
        try actor.requiresRights(in: try #require(ScopeSet(parsing: "data.read claviger:api-keys.manage")))
        #expect(throws: Refusal.exceedsRights(.membersManage)) {
            try actor.requiresRights(
                in: try #require(ScopeSet(parsing: "claviger:api-keys.read claviger:members.manage")))
        }
        #expect(throws: Refusal.exceedsRights(.accountsManage)) {
            try actor.requiresRights([.accountsManage, .apiKeysRead])
        }
        try self.actor(.subtree(root), Set(Permission.allCases)).requiresRights(Set(Permission.allCases))
    }

    @Test func `a label names who acted`() {
        func label(_ identity: Actor.Identity) -> String {
            Actor(identity, reach: .everything, permissions: [], requestID: "r", address: nil).label
        }
        #expect(label(.apiKey(ID(value: 0))) == "key_0000000000000000000000")
        #expect(label(.integration(ID(value: 0), for: nil)) == "int_0000000000000000000000")
        #expect(
            label(.integration(ID(value: 0), for: ID(value: 0)))
                == "con_0000000000000000000000 by int_0000000000000000000000")
        #expect(label(.member(ID(value: 0))) == "mem_0000000000000000000000")
        #expect(label(.command("init")) == "command:init")
        #expect(label(.provider("facebook")) == "provider:facebook")
    }
}

@Suite("Permissions")
struct PermissionTests {
    @Test(arguments: Permission.allCases)
    func `each permission has its management scope, and back`(_ permission: Permission) throws {
        let scope = try #require(permission.scope)
        #expect(scope.name == "claviger:\(permission.rawValue)")
        #expect(Permission(scope) == permission)
        #expect(ScopeSet([scope]).permissions == [permission])
    }

    @Test(arguments: ["api-keys.manage", "claviger:", "claviger:everything", "claviger:*", "claviger:API-KEYS.MANAGE"])
    func `no other scope gives a permission`(_ name: String) throws {
        #expect(Permission(try #require(Scope(name))) == nil)
    }

    @Test func `two permissions are the operator's alone`() {
        #expect(Permission.allCases.filter(\.isForOperator) == [.accountsManage, .resourceServersManage])
    }
}

@Suite("Paths of organizations")
struct OrganizationPathTests {
    @Test func `a path leads from the account to the organization`() throws {
        let root = OrganizationPath(root: ID(value: 1))
        let child = try #require(root.child(ID(value: 2)))
        #expect(root.root == root.last)
        #expect(child.root == ID(value: 1) && child.last == ID(value: 2))
        #expect(child.contains(ID(value: 1)) && child.contains(ID(value: 2)) && !child.contains(ID(value: 3)))
        #expect(child.isWithin(root) && child.isWithin(child) && !root.isWithin(child))
        #expect(child.description == "org_0000000000000000000001/org_0000000000000000000002")
    }

    @Test func `a path has 1 to 16 organizations`() throws {
        #expect(OrganizationPath([]) == nil)
        let deepest = try #require(OrganizationPath((1...16).map { ID(value: $0) }))
        #expect(deepest.child(ID(value: 17)) == nil)
        #expect(OrganizationPath((1...17).map { ID(value: $0) }) == nil)
    }

    @Test func `an organization knows its account and parent`() throws {
        let path = try #require(OrganizationPath([ID(value: 1), ID(value: 2)]))
        let organization = Organization(
            id: ID(value: 2), path: path, name: "North America", createdAt: Instant(seconds: 0))
        #expect(organization.account == ID(value: 1))
        #expect(organization.parent == ID(value: 1))
        let root = Organization(
            id: ID(value: 1), path: OrganizationPath(root: ID(value: 1)), name: "Global", createdAt: Instant(seconds: 0)
        )
        #expect(root.parent == nil)
    }
}
