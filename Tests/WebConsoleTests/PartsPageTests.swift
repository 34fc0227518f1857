import TestSupport
import Testing

/// The page on which the look is judged is for who works on it, and nobody else.
@Suite("The page of all parts", .onEveryEngine)
struct PartsPageTests {
    @Test func `is there in development for who is signed in, and nowhere in production`() async throws {
        let development = ["--environment", "development"]
        let first = try await ServerProcess(command: "serve", arguments: development)
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"]
        let outcome = try await first.database.claviger(setUp + development)
        try #require(outcome.status == 0, "\(outcome.text)")
        try await first.start()
        #expect(try await first.get("/_parts").headers["location"]?.hasPrefix("/sign-in") == true)
        first.kill()
        let second = try await ServerProcess(
            command: "serve", on: first.database,
            arguments: [
                "--issuer", "https://id.example", "--master-key-file", first.folder.path + "/data/master.key",
            ])
        defer { second.kill() }
        try await second.start()
        #expect(try await second.get("/_parts").status == 404)
        #expect(try await second.get("/sign-in").status == 200)
    }
}
