import CredentialFormat
import Credentials
import Model
import Persistence
import TestSupport
import Testing

@Suite("Who may do what with an app (laws 11 and 12)", .onEveryEngine)
struct AppRightsTests {
    @Test(arguments: AppDeed.allCases)
    func `an app of another organization, or of none that the caller sees, is as if it did not exist`(
        _ deed: AppDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await AppDeed.target(in: tree.europe, tree)
            let everything = Set(Permission.allCases)
            let unseen = [
                (tree.europe, tree.caller(of: tree.northAmerica, everything)),  // a sibling
                (tree.europe, tree.caller(of: tree.france, everything)),  // below
                (tree.europe, tree.caller(of: tree.stranger, everything)),  // another account
                (tree.global, SampleTree.theOperator), (tree.france, SampleTree.theOperator),  // not its own
            ]
            for (organization, actor) in unseen
            where ![.create, .list].contains(deed) || organization == tree.europe {
                await #expect(throws: Refusal.notFound) {
                    try await deed.run(on: target, in: organization.id, as: actor, tree)
                }
            }
            #expect(try await tree.store.read { tx in try tx.app(target.app.id) } == target.app)
        }
    }

    @Test(arguments: AppDeed.allCases)
    func `without the permission it is refused by its name, before any field is looked at`(
        _ deed: AppDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await AppDeed.target(in: tree.europe, tree)
            let others = Set(Permission.allCases).subtracting([deed.permission])
            await #expect(throws: Refusal.forbidden(deed.permission)) {
                try await deed.run(on: target, in: tree.europe.id, as: tree.caller(of: tree.global, others), tree)
            }
        }
    }

    @Test(arguments: [AppDeed.edit, .redirect, .rotate, .extendSecret])
    func `who lacks a right can neither revive nor redirect an app that has it`(_ deed: AppDeed) async throws {
        try await SampleTree.open { tree in
            let target = try await AppDeed.target(in: tree.europe, scopes: ["claviger:members.manage"], tree)
            let actor = tree.caller(of: tree.global, [.appsRead, .appsManage])
            await #expect(throws: Refusal.exceedsRights(.membersManage)) {
                try await deed.run(on: target, in: tree.europe.id, as: actor, tree)
            }
            #expect(try await tree.store.read { tx in try tx.app(target.app.id) } == target.app)
        }
    }

    @Test(arguments: [AppDeed.get, .list, .secrets, .endSecret, .delete])
    func `to see it, to end a secret or to delete it takes no more than the permission`(
        _ deed: AppDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await AppDeed.target(in: tree.europe, scopes: ["claviger:members.manage"], tree)
            let actor = tree.caller(of: tree.global, [.appsRead, .appsManage])
            try await deed.run(on: target, in: tree.europe.id, as: actor, tree)
        }
    }

    @Test func `nobody gives a management scope that they do not have`() async throws {
        try await SampleTree.open { tree in
            let actor = tree.caller(of: tree.global, [.appsManage])
            let scopes = ["claviger:members.read"]
            await #expect(throws: Refusal.exceedsRights(.membersRead)) {
                _ = try await tree.app(.sample { $0.scopes = scopes }, in: tree.global, as: actor)
            }
            let mine = try await tree.app(in: tree.global, as: actor).app
            await #expect(throws: Refusal.exceedsRights(.membersRead)) {
                try await tree.store.write { [apps = tree.apps] tx in
                    _ = try apps.edit(mine.id, in: tree.global.id, AppEdit(scopes: scopes), as: actor, tx: tx)
                }
            }
        }
    }

    @Test func `the operator's rights are asked for by the operator's own apps only`() async throws {
        try await SampleTree.open { tree in
            let draft = AppDraft.sample { $0.scopes = ["claviger:resource-servers.manage"] }
            _ = try await tree.app(draft, in: tree.desk)
            await #expect(throws: Refusal.self) { _ = try await tree.app(draft, in: tree.stranger) }
        }
    }

    @Test func `only the operator offers an app to everyone`() async throws {
        try await SampleTree.open { tree in
            let draft = AppDraft.sample { $0.availableTo = "everyone" }
            let actor = tree.caller(of: tree.global, Set(Permission.allCases))
            await #expect(throws: Refusal.forbidden(.accountsManage)) {
                _ = try await tree.app(draft, in: tree.global, as: actor)
            }
            let mine = try await tree.app(in: tree.global, as: actor).app
            let edit = { (edit: AppEdit, actor: Actor) in
                try await tree.store.write { [apps = tree.apps] tx in
                    try apps.edit(mine.id, in: tree.global.id, edit, as: actor, tx: tx)
                }
            }
            await #expect(throws: Refusal.forbidden(.accountsManage)) {
                _ = try await edit(AppEdit(availableTo: "everyone"), actor)
            }
            #expect(
                try await edit(AppEdit(availableTo: "everyone"), SampleTree.theOperator).availability == .everyone)
        }
    }

    @Test func `what everyone is asked by, its owner can take back but not change (threat S4)`() async throws {
        try await SampleTree.open { tree in
            let app = try await tree.app(.sample { $0.availableTo = "everyone" }, in: tree.global).app
            let owner = tree.caller(of: tree.global)
            let edit = { (edit: AppEdit) in
                try await tree.store.write { [apps = tree.apps] tx in
                    try apps.edit(app.id, in: tree.global.id, edit, as: owner, tx: tx)
                }
            }
            for change in [
                AppEdit(name: "Your Bank"), AppEdit(redirectURIs: ["https://evil.example/"]),
                AppEdit(scopes: ["data.delete"]), AppEdit(),
            ] {
                await #expect(throws: Refusal.forbidden(.accountsManage)) { _ = try await edit(change) }
            }
            #expect(try await tree.store.read { tx in try tx.app(app.id) } == app)
            #expect(try await edit(AppEdit(name: "Ours", availableTo: "account")).availability == .account)
        }
    }
}

/// Everything that can be done with apps.
enum AppDeed: CaseIterable {
    case create, list, get, edit, redirect, rotate, secrets, extendSecret, endSecret, delete

    /// An app in the middle of a rotation.
    struct Target: Sendable {
        let app: App
        let older: ID<ClientSecret>
    }

    static func target(
        in organization: Organization, scopes: [String] = ["data.read"], _ tree: SampleTree
    ) async throws -> Target {
        let id = try await tree.app(.sample { $0.scopes = scopes }, in: organization).app.id
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [apps = tree.apps] tx in
            let rotated = try apps.rotate(
                id, in: organization.id, overlapSeconds: 600, as: SampleTree.theOperator, tx: tx)
            let older = try tx.clientSecrets(of: .app(id))[0].id
            return Target(app: rotated.credential, older: older)
        }
    }

    var permission: Permission {
        [.list, .get, .secrets].contains(self) ? .appsRead : .appsManage
    }

    func run(
        on target: Target, in organization: ID<Organization>, as actor: Actor, _ tree: SampleTree
    ) async throws {
        let apps = tree.apps
        let id = target.app.id
        let soon = tree.clock.current.adding(seconds: 60)
        try await tree.store.write { tx in
            switch self {
            case .create:
                _ = try apps.create(
                    AppDraft(name: "", redirectURIs: [], scopes: ["nonsense"]), in: organization, as: actor, tx: tx)
            case .list: _ = try apps.list(in: organization, page: Page(), as: actor, tx: tx)
            case .get: _ = try apps.get(id, in: organization, as: actor, tx: tx)
            case .edit: _ = try apps.edit(id, in: organization, AppEdit(scopes: ["data.read"]), as: actor, tx: tx)
            case .redirect:
                _ = try apps.edit(
                    id, in: organization, AppEdit(redirectURIs: ["https://evil.example/"]), as: actor, tx: tx)
            case .rotate: _ = try apps.rotate(id, in: organization, force: true, as: actor, tx: tx)
            case .secrets: _ = try apps.secrets(of: id, in: organization, as: actor, tx: tx)
            case .extendSecret:
                _ = try apps.extendSecret(target.older, of: id, in: organization, until: soon, as: actor, tx: tx)
            case .endSecret: try apps.endSecret(target.older, of: id, in: organization, as: actor, tx: tx)
            case .delete: try apps.delete(id, in: organization, as: actor, tx: tx)
            }
        }
    }
}
