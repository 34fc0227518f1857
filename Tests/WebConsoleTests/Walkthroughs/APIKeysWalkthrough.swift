import TestSupport
import Testing

@Suite("Walkthrough G: OAuth 2.0 API keys", .server(product: Walkthrough.product("onetrust")), .serialized)
struct APIKeysWalkthrough {
    @Test func `G1: details, scopes, created, with a text file to download`() async throws {
        try await Walkthrough.take("g1", of: "g")
    }

    @Test func `G2: a key works in the header and in the query, from its addresses and for its lifetime`() async throws
    {
        try await Walkthrough.take("g2", of: "g")
    }

    @Test func `G3: Global sees the keys of all with their organization, North America its own`() async throws {
        try await Walkthrough.take("g3", of: "g")
    }

    @Test func `G4: key 501 is refused, also among many at once, and deleting one makes room`() async throws {
        try await Walkthrough.take("g4", of: "g")
    }

    @Test func `G5: description, addresses and scopes can change, name and lifetime cannot`() async throws {
        try await Walkthrough.take("g5", of: "g")
    }

    @Test func `G6: a key is deleted from the menu and from its details, and the next call is refused`() async throws {
        try await Walkthrough.take("g6", of: "g")
    }

    @Test func `G7: a product's key has no right at the management API`() async throws {
        try await Walkthrough.take("g7", of: "g")
    }

    @Test func `every page is well on a phone and a desktop, in light and dark`() async throws {
        try await Walkthrough.take("looks", of: "g")
    }

    @Test func `the keyboard alone is enough, and one sees where it is`() async throws {
        try await Walkthrough.take("by_keyboard", of: "g")
    }

    @Test func `everything works with scripts switched off`() async throws {
        try await Walkthrough.take("without_script", of: "g")
    }
}
