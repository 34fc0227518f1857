import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing

@Suite("Accounts", .onEveryEngine)
struct AccountServiceTests {
    private static let product = Product(name: "Planned", plans: PlanCatalogue([PlanDefinition(name: "pro")]))

    @Test func `an account comes with its root organization, which has its identifier`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let account = try await tree.store.write { [accounts = tree.accounts] tx in
                try accounts.create(AccountDraft(name: " Acme ", plan: "pro"), as: SampleTree.theOperator, tx: tx)
            }
            #expect(account.organization.name == "Acme")
            #expect(account.organization.path == OrganizationPath(root: account.id))
            #expect(account.plan == "pro")
            #expect(try await tree.store.read { tx in try tx.account(account.id) } == account)
        }
    }

    @Test func `only the operator may do anything with accounts, whatever rights a customer claims`() async throws {
        try await SampleTree.open { tree in
            let actor = tree.caller(of: tree.global, Set(Permission.allCases))
            let refusal = Refusal.forbidden(.accountsManage)
            let accounts = tree.accounts
            await #expect(throws: refusal) {
                try await tree.store.write { tx in try accounts.create(AccountDraft(name: "A"), as: actor, tx: tx) }
            }
            await #expect(throws: refusal) {
                try await tree.store.write { tx in
                    try accounts.createOperator(AccountDraft(name: "A"), as: actor, tx: tx)
                }
            }
            await #expect(throws: refusal) {
                try await tree.store.read { tx in try accounts.list(page: Page(), as: actor, tx: tx) }
            }
            for id in [tree.global.id, tree.stranger.id, ID(at: 1)] {
                await #expect(throws: refusal) {
                    try await tree.store.read { tx in try accounts.get(id, as: actor, tx: tx) }
                }
                await #expect(throws: refusal) {
                    try await tree.store.write { tx in try accounts.edit(id, AccountEdit(), as: actor, tx: tx) }
                }
                await #expect(throws: refusal) {
                    try await tree.store.write { tx in try accounts.delete(id, as: actor, tx: tx) }
                }
            }
        }
    }

    @Test func `there is one operator`() async throws {
        try await SampleTree.open { tree in
            let refusal = Refusal.conflict(
                code: "operator_exists", explanation: "There is an operator's account already.")
            await #expect(throws: refusal) {
                try await tree.store.write { [accounts = tree.accounts] tx in
                    try accounts.createOperator(AccountDraft(name: "B"), as: SampleTree.theOperator, tx: tx)
                }
            }
        }
    }

    @Test func `a suspension is announced, kept, and lifted again`() async throws {
        try await SampleTree.open(product: Self.product) { tree in
            let heard = Heard(on: tree.store)
            let edit = { (edit: AccountEdit) in
                try await tree.store.write { [accounts = tree.accounts] tx in
                    try accounts.edit(tree.global.id, edit, as: SampleTree.theOperator, tx: tx)
                }
            }
            let suspended = try await edit(AccountEdit(suspended: true))
            let since = tree.clock.current
            #expect(suspended.suspendedAt == since)
            #expect(heard.changes == [.organization(tree.global.id)])
            tree.clock.advance(seconds: 5)
            #expect(try await edit(AccountEdit(plan: "pro")).suspendedAt == since)
            tree.clock.advance(seconds: 5)
            #expect(try await edit(AccountEdit(suspended: false)).suspendedAt == nil)
            #expect(
                try await tree.auditEvents().prefix(3).map(\.action)
                    == ["account.resumed", "account.changed", "account.suspended"])
        }
    }

    @Test(arguments: [AccountEdit(suspended: true)])
    func `the operator's own account is neither suspended nor deleted`(_ edit: AccountEdit) async throws {
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.self) {
                try await tree.store.write { [accounts = tree.accounts] tx in
                    try accounts.edit(tree.desk.id, edit, as: SampleTree.theOperator, tx: tx)
                }
            }
            await #expect(throws: Refusal.self) {
                try await tree.store.write { [accounts = tree.accounts] tx in
                    try accounts.delete(tree.desk.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            let desk = try await tree.store.read { tx in try tx.operatorAccount() }
            #expect(desk?.organization == tree.desk)
            #expect(desk?.suspendedAt == nil)
        }
    }

    @Test func `an account goes once nothing is left in it`() async throws {
        try await SampleTree.open { tree in
            let delete = {
                try await tree.store.write { [accounts = tree.accounts] tx in
                    try accounts.delete(tree.stranger.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            let key = try await tree.key(in: tree.stranger).credential
            await #expect(throws: Refusal.self) { try await delete() }
            try await tree.store.write { [keys = tree.apiKeys] tx in
                try keys.delete(key.id, in: tree.stranger.id, as: SampleTree.theOperator, tx: tx)
            }
            try await delete()
            #expect(try await tree.store.read { tx in try tx.account(tree.stranger.id) } == nil)
            #expect(try await tree.store.read { tx in try tx.organization(tree.stranger.id) } == nil)
        }
    }

    @Test func `who saw another revision changes nothing`() async throws {
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.preconditionFailed) {
                try await tree.store.write { [accounts = tree.accounts] tx in
                    try accounts.edit(
                        tree.global.id, AccountEdit(name: "New"), expecting: .exactly(2), as: SampleTree.theOperator,
                        tx: tx)
                }
            }
            let renamed = try await tree.store.write { [accounts = tree.accounts] tx in
                try accounts.edit(
                    tree.global.id, AccountEdit(name: "New"), expecting: .exactly(1), as: SampleTree.theOperator, tx: tx
                )
            }
            #expect(renamed.organization.name == "New")
            #expect(renamed.revision > 1)
        }
    }

    @Test func `the list has every account, oldest first`() async throws {
        try await SampleTree.open { tree in
            let listing = try await tree.store.read { [accounts = tree.accounts] tx in
                try accounts.list(page: Page(limit: 2), as: SampleTree.theOperator, tx: tx)
            }
            #expect(listing.items.map(\.organization.name) == ["Operator", "Global"])
            let rest = try await tree.store.read { [accounts = tree.accounts] tx in
                try accounts.list(page: Page(limit: 2, after: listing.next), as: SampleTree.theOperator, tx: tx)
            }
            #expect(rest.items.map(\.organization.name) == ["Stranger"])
            #expect(rest.next == nil)
        }
    }
}
