import CredentialFormat
import Model
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing

@Suite("Members", .onEveryEngine)
struct MembershipServiceTests {
    @Test func `a member is kept with its roles, and its password's digest apart`() async throws {
        try await SampleTree.open { tree in
            let password = PasswordDigest(encoded: "$argon2id$secret")
            let member = try await tree.store.write { [members = tree.members] tx in
                try members.create(
                    MemberDraft(
                        email: "Ada@Example.com", name: " Ada ", roles: ["owner", "auditor", "owner"],
                        password: password), in: tree.europe.id, as: tree.caller(of: tree.global), tx: tx)
            }
            #expect(member.email.text == "ada@example.com")
            #expect(member.name == "Ada")
            #expect(member.roles == ["auditor", "owner"])
            #expect(member.hasPassword)
            #expect(try await tree.store.read { tx in try tx.member(member.id) } == member)
            let kept = try await tree.store.read { tx in try tx.passwordDigest(of: member.id) }
            #expect(kept?.encoded == password.encoded)
            let events = try await tree.auditEvents()
            #expect(events.first?.action == "member.created")
            #expect(!events.contains { "\($0)".contains("argon2id") })
        }
    }

    @Test func `all bad fields are named at once`() async throws {
        try await SampleTree.open { tree in
            do {
                try await tree.store.write { [members = tree.members] tx in
                    _ = try members.create(
                        MemberDraft(email: "nobody", name: " ", roles: ["owner", "emperor"]), in: tree.global.id,
                        as: SampleTree.theOperator, tx: tx)
                }
                Issue.record("It was accepted.")
            } catch Refusal.invalid(let fields) {
                #expect(Set(fields.map(\.field)) == ["email", "name", "roles.1"])
            }
        }
    }

    @Test func `an e-mail address is once in an organization, and may be in another`() async throws {
        try await SampleTree.open { tree in
            _ = try await tree.member(in: tree.europe, roles: [])
            _ = try await tree.member(in: tree.france, roles: [])
            await #expect(
                throws: Refusal.conflict(
                    code: "email_taken",
                    explanation: "The organization has a member with this e-mail address already.")
            ) { _ = try await tree.member(in: tree.europe, roles: [], email: "ADA@example.com") }
        }
    }

    @Test func `of many who add one address at once, one succeeds`() async throws {
        try await SampleTree.open { tree in
            let ends = await race(16) { _ in try await tree.member(in: tree.europe, roles: []) }
            #expect(ends.count { $0.isSuccess } == 1)
        }
    }

    @Test func `nobody gives a role that gives more than they have`() async throws {
        try await SampleTree.open { tree in
            let developer = tree.caller(of: tree.global, [.membersManage, .apiKeysRead])
            await #expect(throws: Refusal.self) {
                _ = try await tree.member(in: tree.global, roles: ["owner"], as: developer)
            }
            let member = try await tree.member(in: tree.global, roles: [], as: developer)
            await #expect(throws: Refusal.self) {
                _ = try await edit(member, MemberEdit(roles: ["owner"]), as: developer, tree)
            }
            #expect(try await tree.store.read { tx in try tx.member(member.id) }?.roles == [])
        }
    }

    @Test(arguments: [
        MemberEdit(name: "Eve"), MemberEdit(roles: []), MemberEdit(password: .removed),
    ])
    func `who lacks a right cannot touch a member that has it`(_ change: MemberEdit) async throws {
        try await SampleTree.open { tree in
            let owner = try await tree.member(in: tree.global, roles: ["owner"])
            let manager = tree.caller(of: tree.global, [.membersRead, .membersManage])
            await #expect(throws: Refusal.self) { _ = try await edit(owner, change, as: manager, tree) }
            await #expect(throws: Refusal.self) {
                try await tree.store.write { [members = tree.members] tx in
                    try members.delete(owner.id, in: tree.global.id, as: manager, tx: tx)
                }
            }
            #expect(try await tree.store.read { tx in try tx.member(owner.id) } == owner)
        }
    }

    @Test func `the operator's roles are held in the operator's own organization only`() async throws {
        try await SampleTree.open { tree in
            _ = try await tree.member(in: tree.desk, roles: ["operator"])
            let member = try await tree.member(in: tree.global, roles: ["owner"])
            await #expect(throws: Refusal.self) {
                _ = try await tree.member(in: tree.global, roles: ["operator"], email: "eve@example.com")
            }
            await #expect(throws: Refusal.self) {
                _ = try await edit(member, MemberEdit(roles: ["operator"]), as: SampleTree.theOperator, tree)
            }
            let branch = try await tree.store.write { [organizations = tree.organizations] tx in
                try organizations.create(name: "Branch", below: tree.desk.id, as: SampleTree.theOperator, tx: tx)
            }
            await #expect(throws: Refusal.self) {
                _ = try await tree.member(in: branch, roles: ["operator"], email: "eve@example.com")
            }
        }
    }

    @Test func `name, roles and password change, and the revision with them`() async throws {
        try await SampleTree.open { tree in
            let member = try await tree.member(in: tree.europe, roles: ["auditor"])
            let admin = tree.caller(of: tree.global)
            let password = PasswordDigest(encoded: "$new")
            tree.clock.advance(seconds: 1)
            let after = try await edit(
                member, MemberEdit(name: "Ada L.", roles: ["developer"], password: .set(password, for: member.email)),
                as: admin, tree)
            #expect(after.name == "Ada L.")
            #expect(after.roles == ["developer"])
            #expect(after.hasPassword)
            #expect(after.revision > member.revision)
            let event = try await tree.auditEvents().first
            #expect(event?.details == ["fields": "name roles password", "roles": "developer"])
            #expect(try await edit(after, MemberEdit(password: .removed), as: admin, tree).hasPassword == false)
            await #expect(throws: Refusal.preconditionFailed) {
                try await tree.store.write { [members = tree.members] tx in
                    _ = try members.edit(
                        member.id, in: tree.europe.id, MemberEdit(name: "X"), expecting: .exactly(1), as: admin, tx: tx)
                }
            }
        }
    }

    @Test func `a member of another organization than the one named is as if it did not exist`() async throws {
        try await SampleTree.open { tree in
            let member = try await tree.member(in: tree.europe, roles: [])
            let members = tree.members
            let outsider = tree.caller(of: tree.northAmerica)
            for (organization, actor) in [
                (tree.global, SampleTree.theOperator), (tree.france, SampleTree.theOperator), (tree.europe, outsider),
            ] {
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.read { tx in
                        try members.get(member.id, in: organization.id, as: actor, tx: tx)
                    }
                }
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.write { tx in
                        try members.edit(member.id, in: organization.id, MemberEdit(name: "X"), as: actor, tx: tx)
                    }
                }
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.write { tx in
                        try members.delete(member.id, in: organization.id, as: actor, tx: tx)
                    }
                }
            }
        }
    }

    @Test func `a list has the organization's own members, or the subtree's`() async throws {
        try await SampleTree.open { tree in
            for organization in [tree.europe, tree.france, tree.northAmerica] {
                _ = try await tree.member(in: organization, roles: [])
            }
            let list = { (descendants: Bool, page: Page) in
                try await tree.store.read { [members = tree.members] tx in
                    try members.list(
                        in: tree.europe.id, includeDescendants: descendants, page: page,
                        as: tree.caller(of: tree.europe),
                        tx: tx)
                }
            }
            #expect(try await list(false, Page()).items.map(\.organization) == [tree.europe.id])
            let first = try await list(true, Page(limit: 1))
            #expect(first.items.map(\.organization) == [tree.europe.id])
            #expect(try await list(true, Page(after: first.next)).items.map(\.organization) == [tree.france.id])
        }
    }

    @Test func `roles give together what each gives, and an unknown one gives nothing`() {
        let roles = RoleService(product: .standard)
        #expect(roles.permissions(ofRoles: ["emperor"], beside: []) == [])
        #expect(roles.permissions(ofRoles: [], beside: []) == [])
        #expect(roles.permissions(ofRoles: ["operator", "emperor"], beside: []) == Set(Permission.allCases))
        #expect(
            roles.permissions(ofRoles: ["developer", "auditor"], beside: []).isSuperset(of: [
                .apiKeysManage, .auditEventsRead,
            ]))
    }

    private func edit(
        _ member: Member, _ edit: MemberEdit, as actor: Actor, _ tree: SampleTree
    ) async throws -> Member {
        try await tree.store.write { [members = tree.members] tx in
            try members.edit(member.id, in: member.organization, edit, as: actor, tx: tx)
        }
    }
}
