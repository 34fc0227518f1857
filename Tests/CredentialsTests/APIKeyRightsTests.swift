import CredentialFormat
import Credentials
import Model
import Persistence
import TestSupport
import Testing

@Suite("Who may do what with an API key (laws 11 and 12)", .onEveryEngine)
struct APIKeyRightsTests {
    @Test(arguments: KeyDeed.allCases)
    func `a key of another organization, or of none that the caller sees, is as if it did not exist`(
        _ deed: KeyDeed
    ) async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe).credential
            let everything = Set(Permission.allCases)
            let unseen = [
                (tree.europe, tree.caller(of: tree.northAmerica, everything)),  // a sibling
                (tree.europe, tree.caller(of: tree.france, everything)),  // below
                (tree.europe, tree.caller(of: tree.stranger, everything)),  // another account
                (tree.global, SampleTree.theOperator), (tree.france, SampleTree.theOperator),  // not the key's own
                (tree.stranger, tree.caller(of: tree.stranger, everything)),
            ]
            for (organization, actor) in unseen where ![.create, .list].contains(deed) || organization == tree.europe {
                await #expect(throws: Refusal.notFound) {
                    try await deed.run(on: key.id, in: organization.id, as: actor, tree)
                }
            }
            await #expect(throws: Refusal.notFound) {
                try await deed.run(on: key.id, in: ID(at: 3), as: SampleTree.theOperator, tree)
            }
            #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == key)
        }
    }

    @Test(arguments: KeyDeed.allCases)
    func `without the permission it is refused by its name, before any field is looked at`(
        _ deed: KeyDeed
    ) async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe).credential
            let others = Set(Permission.allCases).subtracting([deed.permission])
            await #expect(throws: Refusal.forbidden(deed.permission)) {
                try await deed.run(on: key.id, in: tree.europe.id, as: tree.caller(of: tree.global, others), tree)
            }
        }
    }

    @Test(arguments: [KeyDeed.edit, .widen, .rotate, .enable])
    func `who lacks a right can neither revive nor redirect a key that has it`(_ deed: KeyDeed) async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe, scopes: ["claviger:members.manage"]).credential
            let actor = tree.caller(of: tree.global, [.apiKeysRead, .apiKeysManage])
            if deed == .enable { try await KeyDeed.disable.run(on: key.id, in: tree.europe.id, as: actor, tree) }
            let before = try await tree.store.read { tx in try tx.apiKey(key.id) }
            await #expect(throws: Refusal.exceedsRights(.membersManage)) {
                try await deed.run(on: key.id, in: tree.europe.id, as: actor, tree)
            }
            #expect(try await tree.store.read { tx in try tx.apiKey(key.id) } == before)
        }
    }

    @Test(arguments: [KeyDeed.disable, .delete, .get, .list])
    func `to see it, to disable it or to delete it takes no more than the permission`(_ deed: KeyDeed) async throws {
        try await SampleTree.open { tree in
            let key = try await tree.key(in: tree.europe, scopes: ["claviger:members.manage"]).credential
            let actor = tree.caller(of: tree.global, [.apiKeysRead, .apiKeysManage])
            try await deed.run(on: key.id, in: tree.europe.id, as: actor, tree)
        }
    }

    @Test func `nobody gives a management scope that they do not have`() async throws {
        try await SampleTree.open { tree in
            let actor = tree.caller(of: tree.global, [.apiKeysManage])
            await #expect(throws: Refusal.exceedsRights(.membersRead)) {
                _ = try await tree.key(in: tree.global, scopes: ["data.read", "claviger:members.read"], as: actor)
            }
            let key = try await tree.key(in: tree.global, as: actor).credential
            await #expect(throws: Refusal.exceedsRights(.membersRead)) {
                try await tree.store.write { [keys = tree.apiKeys] tx in
                    _ = try keys.edit(
                        key.id, in: tree.global.id, APIKeyEdit(scopes: ["claviger:members.read"]), as: actor, tx: tx)
                }
            }
            _ = try await tree.key(in: tree.global, scopes: ["claviger:api-keys.manage"], as: actor)
        }
    }

    @Test func `the operator's rights are held in the operator's own organization only`() async throws {
        try await SampleTree.open { tree in
            let scopes = ["claviger:accounts.manage"]
            _ = try await tree.key(in: tree.desk, scopes: scopes)
            await #expect(throws: Refusal.self) { _ = try await tree.key(in: tree.global, scopes: scopes) }
            let key = try await tree.key(in: tree.global).credential
            await #expect(throws: Refusal.self) {
                try await tree.store.write { [keys = tree.apiKeys] tx in
                    _ = try keys.edit(
                        key.id, in: tree.global.id, APIKeyEdit(scopes: scopes), as: SampleTree.theOperator, tx: tx)
                }
            }
        }
    }
}

/// Everything that can be done with API keys.
enum KeyDeed: CaseIterable {
    case create, list, get, edit, widen, rotate, disable, enable, delete

    var permission: Permission { self == .list || self == .get ? .apiKeysRead : .apiKeysManage }

    func run(
        on id: ID<APIKey>, in organization: ID<Organization>, as actor: Actor, _ tree: SampleTree
    ) async throws {
        let keys = tree.apiKeys
        try await tree.store.write { tx in
            switch self {
            case .create:
                _ = try keys.create(
                    APIKeyDraft(name: "", lifetimeSeconds: 0, scopes: ["nonsense"]), in: organization, as: actor, tx: tx
                )
            case .list: _ = try keys.list(in: organization, page: Page(), as: actor, tx: tx)
            case .get: _ = try keys.get(id, in: organization, as: actor, tx: tx)
            case .edit: _ = try keys.edit(id, in: organization, APIKeyEdit(scopes: ["data.read"]), as: actor, tx: tx)
            case .widen:
                _ = try keys.edit(
                    id, in: organization, APIKeyEdit(allowedAddresses: .some(nil)), as: actor, tx: tx)
            case .rotate: _ = try keys.rotate(id, in: organization, as: actor, tx: tx)
            case .disable: _ = try keys.disable(id, in: organization, as: actor, tx: tx)
            case .enable: _ = try keys.enable(id, in: organization, as: actor, tx: tx)
            case .delete: try keys.delete(id, in: organization, as: actor, tx: tx)
            }
        }
    }
}
