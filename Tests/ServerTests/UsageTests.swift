import TestSupport
import Testing

/// What was counted in memory survives a graceful end.
@Suite("Ending the server gracefully", .onEveryEngine) struct UsageTests {
    @Test func `uses that were only counted are written down before the server ends`() async throws {
        let server = try await ServerProcess(command: "demo")
        defer { server.kill() }
        try await server.start()
        let before = try server.credentials()
        for _ in 0..<3 { #expect(try await server.verify(before.apiKey).status == 200) }
        #expect(try await server.stop() == 0)
        #expect(!server.log.contains("warning"), "\(server.log)")
        try await server.start()
        let after = try server.credentials()
        let keys = try await server.get("/api/v1/organizations/\(after.account)/api-keys", bearer: after.operatorKey)
        let key = try keys.json["items"][0]
        #expect(try key["use_count"].integer == 3)
        #expect(key["last_used_address"] == "127.0.0.1")
    }
}
