import TestSupport
import Testing

@Suite("Walkthrough C: workspace API keys", .server(product: Walkthrough.product("altyaa")), .serialized)
struct WorkspaceKeysWalkthrough {
    @Test func `C1: a key is made with a name and two scopes, and shown this once`() async throws {
        try await Walkthrough.take("c1", of: "c")
    }

    @Test func `C2: it may what was ticked, in its workspace alone`() async throws {
        try await Walkthrough.take("c2", of: "c")
    }

    @Test func `C3: owners and admins may make keys, an editor sees no button and is refused`() async throws {
        try await Walkthrough.take("c3", of: "c")
    }

    @Test func `C3: a key that is 90 days old, and one whose maker has left, are to be rotated`() async throws {
        let (server, demo) = try RunningServer.current
        _ = try await server.makeKey(
            in: demo.account, scopes: ["analytics.read"],
            ["name": "Ninety-one days", "lifetime_seconds": 15_552_000], as: demo.operatorKey)
        try await server.database.age(apiKey: "Ninety-one days", by: 91 * 86_400)
        try await Walkthrough.take("c3_rotate", of: "c")
    }
}
