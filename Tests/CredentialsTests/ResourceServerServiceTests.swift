import CredentialFormat
import Credentials
import Model
import Persistence
import TestSupport
import Testing

@Suite("Resource servers", .onEveryEngine)
struct ResourceServerServiceTests {
    @Test func `a resource server is made, listed, changed, rotated and deleted`() async throws {
        try await SampleTree.open { tree in
            let heard = Heard(on: tree.store)
            let servers = tree.resourceServers
            let issued = try await create(["https://api.example.com", "carbon"], as: SampleTree.theOperator, tree)
            let id = issued.credential.id
            #expect(issued.secret.hasPrefix("clv_cs_"))
            let listing = try await tree.store.read { tx in
                try servers.list(page: Page(), as: SampleTree.theOperator, tx: tx)
            }
            #expect(listing.items == [issued.credential])
            let edited = try await tree.store.write { tx in
                try servers.edit(
                    id, ResourceServerEdit(audiences: ["carbon", "carbon"]), expecting: .exactly(1),
                    as: SampleTree.theOperator,
                    tx: tx)
            }
            #expect(edited.audiences == ["carbon"])
            #expect(edited.name == "API")
            let rotated = try await tree.store.write { tx in
                try servers.rotate(id, overlapSeconds: 60, as: SampleTree.theOperator, tx: tx)
            }
            #expect(rotated.previousExpiresAt == tree.clock.current.adding(seconds: 60))
            let found = try await tree.store.read { tx in try tx.resourceServerForVerification(id) }
            #expect(found?.resourceServer == rotated.credential)
            #expect(found?.secrets.count == 2)
            await #expect(throws: Refusal.preconditionFailed) {
                try await tree.store.write { tx in
                    try servers.delete(id, expecting: .exactly(1), as: SampleTree.theOperator, tx: tx)
                }
            }
            try await tree.store.write { tx in try servers.delete(id, as: SampleTree.theOperator, tx: tx) }
            #expect(heard.changes == Array(repeating: .resourceServer(id), count: 4))
            #expect(try await tree.store.read { tx in try tx.resourceServerForVerification(id) } == nil)
            #expect(try await tree.store.read { tx in try tx.clientSecrets(of: .resourceServer(id)).count } == 0)
            let events = try await tree.auditEvents().filter { $0.target == id.description }
            #expect(
                Set(events.map(\.action)) == [
                    "resource-server.created", "resource-server.changed", "resource-server.rotated",
                    "resource-server.deleted",
                ])
            #expect(events.allSatisfy { $0.organization == nil })
        }
    }

    @Test(arguments: [
        [], [""], ["two words"], ["umlaut-ä"], [String(repeating: "a", count: 256)],
        (0...16).map { "audience-\($0)" },
    ])
    func `audiences are 1 to 16 texts of visible ASCII`(_ audiences: [String]) async throws {
        try await SampleTree.open { tree in
            await #expect(throws: Refusal.self) {
                _ = try await create(audiences, as: SampleTree.theOperator, tree)
            }
        }
    }

    @Test func `they are the operator's alone`() async throws {
        try await SampleTree.open { tree in
            let id = try await create(["carbon"], as: SampleTree.theOperator, tree).credential.id
            let actor = tree.caller(of: tree.global, Set(Permission.allCases))
            let servers = tree.resourceServers
            let refusal = Refusal.forbidden(.resourceServersManage)
            await #expect(throws: refusal) { _ = try await create(["carbon"], as: actor, tree) }
            await #expect(throws: refusal) {
                try await tree.store.read { tx in _ = try servers.list(page: Page(), as: actor, tx: tx) }
            }
            await #expect(throws: refusal) {
                try await tree.store.read { tx in _ = try servers.get(id, as: actor, tx: tx) }
            }
            await #expect(throws: refusal) {
                try await tree.store.write { tx in
                    _ = try servers.edit(id, ResourceServerEdit(name: "X"), as: actor, tx: tx)
                }
            }
            await #expect(throws: refusal) {
                try await tree.store.write { tx in _ = try servers.rotate(id, as: actor, tx: tx) }
            }
            await #expect(throws: refusal) {
                try await tree.store.write { tx in try servers.delete(id, as: actor, tx: tx) }
            }
        }
    }

    private func create(
        _ audiences: [String], as actor: Actor, _ tree: SampleTree
    ) async throws -> Issued<ResourceServer> {
        try await tree.store.write { [servers = tree.resourceServers] tx in
            try servers.create(ResourceServerDraft(name: "API", audiences: audiences), as: actor, tx: tx)
        }
    }
}
