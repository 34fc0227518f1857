import CredentialFormat
import Model
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing

@Suite("Permissions beside roles", .onEveryEngine)
struct SinglePermissionTests {
    private static let product = Product(
        name: "Bundled",
        bundles: [
            PermissionBundle(
                name: "edit-integrations", title: "edit Integrations",
                permissions: [.integrationsRead, .integrationsManage]),
            PermissionBundle(name: "run-everything", permissions: [.accountsManage]),
        ])

    @Test func `a member holds what is given beside the roles, until it is taken away`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let roles = RoleService(product: Self.product)
            let draft = MemberDraft(
                email: "ada@example.com", name: "Ada", roles: ["auditor"],
                permissions: ["edit-integrations", "apps.read", "apps.read"])
            let member = try await create(draft, as: tree.caller(of: tree.global), tree)
            #expect(member.permissions == ["apps.read", "edit-integrations"])
            #expect(try await tree.store.read { tx in try tx.member(member.id) } == member)
            let ofRole = roles.permissions(ofRoles: ["auditor"], beside: [])
            #expect(
                roles.permissions(of: member) == ofRole.union([.appsRead, .integrationsRead, .integrationsManage]))
            let event = try await tree.auditEvents().first
            #expect(event?.details["permissions"] == "apps.read edit-integrations")
            let changed = try await edit(member, MemberEdit(permissions: []), as: tree.caller(of: tree.global), tree)
            #expect(changed.permissions == [] && changed.roles == ["auditor"])
            #expect(changed.revision == member.revision + 1)
            #expect(roles.permissions(of: changed) == ofRole)
            #expect(try await tree.auditEvents().first?.details["fields"] == "permissions")
            let same = try await edit(changed, MemberEdit(permissions: []), as: tree.caller(of: tree.global), tree)
            #expect(same.revision == changed.revision)
        }
    }

    @Test func `nobody gives a permission that they lack, nor takes it from who has it`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let weak = tree.caller(of: tree.global, [.membersManage, .membersRead, .integrationsRead])
            for names in [["edit-integrations"], ["apps.read"]] {
                let draft = MemberDraft(email: "ada@example.com", name: "Ada", roles: [], permissions: names)
                let refusal = try await #require(throws: Refusal.self) { _ = try await create(draft, as: weak, tree) }
                guard case .exceedsRights = refusal else {
                    Issue.record("\(refusal)")
                    continue
                }
            }
            let draft = MemberDraft(
                email: "ada@example.com", name: "Ada", roles: [], permissions: ["integrations.read"])
            let member = try await create(draft, as: weak, tree)
            await #expect(throws: Refusal.exceedsRights(.integrationsManage)) {
                _ = try await edit(member, MemberEdit(permissions: ["edit-integrations"]), as: weak, tree)
            }
            let strong = try await edit(
                member, MemberEdit(permissions: ["edit-integrations"]), as: tree.caller(of: tree.global), tree)
            for change in [MemberEdit(permissions: []), MemberEdit(name: "Eve"), MemberEdit(password: .removed)] {
                await #expect(throws: Refusal.exceedsRights(.integrationsManage)) {
                    _ = try await edit(strong, change, as: weak, tree)
                }
            }
            await #expect(throws: Refusal.exceedsRights(.integrationsManage)) {
                try await tree.store.write { [members = tree.members] tx in
                    try members.delete(strong.id, in: tree.europe.id, as: weak, tx: tx)
                }
            }
        }
    }

    @Test func `what is for the operator alone is given to nobody else, under any name`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            for name in ["accounts.manage", "run-everything"] {
                let draft = MemberDraft(email: "ada@example.com", name: "Ada", roles: [], permissions: [name])
                let refusal = try await #require(throws: Refusal.self) {
                    _ = try await create(draft, as: SampleTree.theOperator, tree)
                }
                guard case .invalid(let fields) = refusal else {
                    Issue.record("\(refusal)")
                    continue
                }
                #expect(fields.map(\.field) == ["permissions"] && fields.map(\.code) == ["operator_only"])
            }
        }
    }

    @Test func `a name that is none is refused where it stands, and gives nothing once it is gone`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let draft = MemberDraft(
                email: "ada@example.com", name: "Ada", roles: ["nobody"], permissions: ["apps.read", "fly"])
            let refusal = try await #require(throws: Refusal.self) {
                _ = try await create(draft, as: SampleTree.theOperator, tree)
            }
            guard case .invalid(let fields) = refusal else {
                Issue.record("\(refusal)")
                return
            }
            #expect(fields.map(\.field) == ["roles.0", "permissions.1"])
            let member = try await create(
                MemberDraft(email: "ada@example.com", name: "Ada", roles: [], permissions: ["edit-integrations"]),
                as: SampleTree.theOperator, tree)
            #expect(RoleService(product: .standard).permissions(of: member) == [])
        }
    }

    private func create(_ draft: MemberDraft, as actor: Actor, _ tree: SampleTree) async throws -> Member {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [members = tree.members] tx in
            try members.create(draft, in: tree.europe.id, as: actor, tx: tx)
        }
    }

    private func edit(
        _ member: Member, _ edit: MemberEdit, as actor: Actor, _ tree: SampleTree
    ) async throws -> Member {
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [members = tree.members] tx in
            try members.edit(member.id, in: tree.europe.id, edit, as: actor, tx: tx)
        }
    }
}
