import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import TestSupport
import Testing

@Suite("The table of organizations")
struct OrganizationTableTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `a subtree is what begins with its path: not the parent, not a sibling, not another account`(
        _ engine: StoreUnderTest
    ) async throws {
        try await SampleTree.open(on: engine) { tree in
            let names = { (path: OrganizationPath) in
                try await tree.store.read { tx in try tx.organizations(within: path, after: nil, limit: 100) }.map(
                    \.name)
            }
            let all = try await names(tree.global.path)
            #expect(all == ["Global", "Europe", "France", "North America"])
            #expect(try await names(tree.europe.path) == ["Europe", "France"])
            #expect(try await names(tree.france.path) == ["France"])
            #expect(try await names(tree.stranger.path) == ["Stranger"])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `credentials within a path are those of the subtree, page by page`(_ engine: StoreUnderTest) async throws {
        try await SampleTree.open(on: engine) { tree in
            var made: [ID<APIKey>] = []
            for organization in [tree.france, tree.europe, tree.northAmerica, tree.france, tree.stranger] {
                let id = try await tree.key(in: organization).credential.id
                if organization != tree.northAmerica, organization != tree.stranger { made.append(id) }
            }
            var found: [ID<APIKey>] = []
            for _ in 0..<4 {
                let after = found.last
                found += try await tree.store.read { tx in
                    try tx.apiKeys(.within(tree.europe.path), after: after, limit: 1)
                }.map(\.id)
            }
            #expect(found == made)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a path is read back as it was written, to the deepest`(_ engine: StoreUnderTest) async throws {
        try await SampleTree.open(on: engine) { tree in
            var parent = tree.global
            while parent.path.identifiers.count < OrganizationPath.maximumDepth {
                tree.clock.advance(seconds: 1)
                let above = parent.id
                parent = try await tree.store.write { [organizations = tree.organizations] tx in
                    try organizations.create(name: "Below", below: above, as: SampleTree.theOperator, tx: tx)
                }
            }
            let deepest = parent
            #expect(try await tree.store.read { tx in try tx.organization(deepest.id) } == deepest)
        }
    }
}
