import CredentialFormat
import Credentials
import Model
import Persistence
import TestSupport
import Testing

@Suite("Who may do what with an integration (laws 11 and 12)", .onEveryEngine)
struct IntegrationRightsTests {
    @Test(arguments: IntegrationDeed.allCases)
    func `an integration of another organization, or of none that the caller sees, is as if it did not exist`(
        _ deed: IntegrationDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await IntegrationDeed.target(in: tree.europe, tree)
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
            #expect(
                try await tree.store.read { tx in try tx.integration(target.integration.id) } == target.integration)
        }
    }

    @Test(arguments: IntegrationDeed.allCases)
    func `without the permission it is refused by its name, before any field is looked at`(
        _ deed: IntegrationDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await IntegrationDeed.target(in: tree.europe, tree)
            let others = Set(Permission.allCases).subtracting([deed.permission])
            await #expect(throws: Refusal.forbidden(deed.permission)) {
                try await deed.run(on: target, in: tree.europe.id, as: tree.caller(of: tree.global, others), tree)
            }
        }
    }

    @Test(arguments: [IntegrationDeed.edit, .widen, .rotate, .extendSecret, .makeToken])
    func `who lacks a right can neither revive nor redirect nor use an integration that has it`(
        _ deed: IntegrationDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await IntegrationDeed.target(in: tree.europe, scopes: ["claviger:members.manage"], tree)
            let actor = tree.caller(of: tree.global, [.integrationsRead, .integrationsManage])
            await #expect(throws: Refusal.exceedsRights(.membersManage)) {
                try await deed.run(on: target, in: tree.europe.id, as: actor, tree)
            }
            #expect(
                try await tree.store.read { tx in try tx.integration(target.integration.id) } == target.integration)
        }
    }

    @Test(arguments: [IntegrationDeed.get, .list, .secrets, .endSecret, .delete])
    func `to see it, to end a secret or to delete it takes no more than the permission`(
        _ deed: IntegrationDeed
    ) async throws {
        try await SampleTree.open { tree in
            let target = try await IntegrationDeed.target(in: tree.europe, scopes: ["claviger:members.manage"], tree)
            let actor = tree.caller(of: tree.global, [.integrationsRead, .integrationsManage])
            try await deed.run(on: target, in: tree.europe.id, as: actor, tree)
        }
    }

    @Test func `nobody gives a management scope that they do not have`() async throws {
        try await SampleTree.open { tree in
            let actor = tree.caller(of: tree.global, [.integrationsManage])
            await #expect(throws: Refusal.exceedsRights(.membersRead)) {
                _ = try await tree.integration(in: tree.global, scopes: ["claviger:members.read"], as: actor)
            }
            let mine = try await tree.integration(in: tree.global, as: actor).credential
            await #expect(throws: Refusal.exceedsRights(.membersRead)) {
                try await tree.store.write { [integrations = tree.integrations] tx in
                    _ = try integrations.edit(
                        mine.id, in: tree.global.id, IntegrationEdit(scopes: ["claviger:members.read"]), as: actor,
                        tx: tx)
                }
            }
        }
    }

    @Test func `the operator's rights are held in the operator's own organization only`() async throws {
        try await SampleTree.open { tree in
            let scopes = ["claviger:resource-servers.manage"]
            _ = try await tree.integration(in: tree.desk, scopes: scopes)
            await #expect(throws: Refusal.self) { _ = try await tree.integration(in: tree.stranger, scopes: scopes) }
        }
    }
}

/// Everything that can be done with integrations.
enum IntegrationDeed: CaseIterable {
    case create, list, get, edit, widen, rotate, secrets, extendSecret, endSecret, makeToken, delete

    /// An integration in the middle of a rotation.
    struct Target: Sendable {
        let integration: Integration
        let older: ID<ClientSecret>
    }

    static func target(
        in organization: Organization, scopes: [String] = ["data.read"], _ tree: SampleTree
    ) async throws -> Target {
        let id = try await tree.integration(in: organization, scopes: scopes).credential.id
        tree.clock.advance(seconds: 1)
        return try await tree.store.write { [integrations = tree.integrations] tx in
            let rotated = try integrations.rotate(
                id, in: organization.id, overlapSeconds: 600, as: SampleTree.theOperator, tx: tx)
            let older = try tx.clientSecrets(of: .integration(id))[0].id
            return Target(integration: rotated.credential, older: older)
        }
    }

    var permission: Permission {
        [.list, .get, .secrets].contains(self) ? .integrationsRead : .integrationsManage
    }

    func run(
        on target: Target, in organization: ID<Organization>, as actor: Actor, _ tree: SampleTree
    ) async throws {
        let integrations = tree.integrations
        let id = target.integration.id
        let soon = tree.clock.current.adding(seconds: 60)
        try await tree.store.write { tx in
            switch self {
            case .create:
                _ = try integrations.create(
                    IntegrationDraft(label: "", scopes: ["nonsense"]), in: organization, as: actor, tx: tx)
            case .list: _ = try integrations.list(in: organization, page: Page(), as: actor, tx: tx)
            case .get: _ = try integrations.get(id, in: organization, as: actor, tx: tx)
            case .edit:
                _ = try integrations.edit(
                    id, in: organization, IntegrationEdit(scopes: ["data.read"]), as: actor, tx: tx)
            case .widen:
                _ = try integrations.edit(
                    id, in: organization, IntegrationEdit(allowedAddresses: .some(nil)), as: actor, tx: tx)
            case .rotate: _ = try integrations.rotate(id, in: organization, force: true, as: actor, tx: tx)
            case .secrets: _ = try integrations.secrets(of: id, in: organization, as: actor, tx: tx)
            case .extendSecret:
                _ = try integrations.extendSecret(
                    target.older, of: id, in: organization, until: soon, as: actor, tx: tx)
            case .endSecret: try integrations.endSecret(target.older, of: id, in: organization, as: actor, tx: tx)
            case .makeToken: _ = try integrations.recordHandmadeToken(of: id, in: organization, as: actor, tx: tx)
            case .delete: try integrations.delete(id, in: organization, as: actor, tx: tx)
            }
        }
    }
}
