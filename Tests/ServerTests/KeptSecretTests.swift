import Foundation
import HTTPAPI
import TestSupport
import Testing

/// Client secrets that can be looked at again, on a running server (walkthrough F1).
@Suite("Kept client secrets over HTTP", .onEveryEngine)
struct KeptSecretTests {
    private static func product(_ visibility: String) -> String {
        """
        product: { name: Kept }
        scopes:
          data.read: { description: Read }
        policy:
          secret_visibility: \(visibility)
        """
    }

    @Test(.endedIfItHangs)
    func `who has just signed in finds the secret again, and whoever has a key alone does not`() async throws {
        try await ServerProcess.withDemo(product: Self.product("retrievable")) { server, demo in
            let made = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let owner = try await server.makeMember("owner", in: demo.account, roles: ["owner"], as: demo.operatorKey)
            let developer = try await server.makeMember(
                "developer", in: demo.account, roles: ["developer"], as: demo.operatorKey)
            let scopes = ["claviger:integrations.reveal", "claviger:integrations.read"]
            let app = try await server.makeApp(in: demo.account, scopes: scopes, as: demo.operatorKey)
            func token(_ member: MadeMember, _ scopes: [String]) async throws -> String {
                var visitor = try await PageVisitor.signedIn(member, at: server)
                return try await visitor.tokens(for: app, ["scope": scopes.joined(separator: " ")]).access
            }
            let mine = try await token(owner, scopes)
            // Whose roles do not have it cannot give it to an app.
            let others = try await token(developer, ["claviger:integrations.read"])
            func reveal(_ bearer: String) async throws -> Answer {
                try await server.call("POST", made.path + "/reveal", bearer: bearer, [:])
            }
            let key = try await reveal(demo.operatorKey)
            #expect(key.status == 403)
            #expect(try key.json["type"] == "urn:claviger:problem:presence-required")
            // Whoever may read the key finds out why, too (law 14).
            let request = try #require(key.headers["x-request-id"])
            let me = try await server.get("/api/v1/me", bearer: demo.operatorKey).json
            let kept = "/api/v1/organizations/\(try me["organization"]["id"].string)/refusals/\(request)"
            try await eventually { try await server.get(kept, bearer: demo.operatorKey).status == 200 }
            let why = try await server.get(kept, bearer: demo.operatorKey).json
            #expect(why["rule"] == "presence_required" && why["door"] == "management_api")
            #expect(try await reveal(others).status == 404, "Nothing tells them that there is something to see.")
            #expect(try await server.get(made.path, bearer: mine).json["last_revealed_at"] == .null)
            let shown = try await reveal(mine)
            #expect(shown.status == 200, "\(shown.text)")
            #expect(try shown.json["client_secret"] == .text(made.secret))
            #expect(shown.headers["cache-control"] == "no-store")
            let looked = try await server.get(made.path, bearer: demo.operatorKey)
            #expect(try looked.json["last_revealed_by"] == .text("\(owner.id) by \(app.id)"))
            #expect(!looked.text.contains(made.secret))
            let events = try await server.get(
                "/api/v1/organizations/\(demo.account)/audit-events?action=integration.secret-revealed",
                bearer: demo.operatorKey)
            #expect(try events.json["items"].elements.count == 1)
            #expect(!events.text.contains(made.secret))
            #expect(!server.log.contains(made.secret))
            try await server.database.age(signInsOfAppsBy: 301)
            #expect(try await reveal(mine).status == 403)
            // A rotation, and the new one is found.
            let rotated = try await server.make(made.path + "/rotate", [:], as: demo.operatorKey)
            #expect(try await reveal(try await token(owner, scopes)).json["client_secret"] == rotated["client_secret"])
        }
    }

    @Test(.endedIfItHangs)
    func `a start without them destroys all copies, and says how many in the log and the audit log`() async throws {
        let server = try await ServerProcess(
            command: "demo", product: Self.product("retrievable"),
            arguments: ["--log-format", "json", "--log-level", "notice"])
        defer { server.kill() }
        try await server.start()
        let demo = try server.credentials()
        var made: [MadeCredential] = []
        for _ in 0..<3 { made.append(try await server.makeIntegration(in: demo.account, as: demo.operatorKey)) }
        let all = try await server.get(
            "/api/v1/organizations/\(demo.account)/integrations?include=descendants&limit=200", bearer: demo.operatorKey
        )
        let copies = try all.json["items"].elements.count
        #expect(copies > made.count)
        #expect(try await server.stop() == 0)
        try Self.product("once").write(
            toFile: server.folder.path + "/claviger.yaml", atomically: true, encoding: .utf8)
        try await server.start()
        let after = try server.credentials()
        // Those, and the demo's own.
        try await becomes("it says that the copies were destroyed") {
            server.log.contains("the copies were destroyed")
        }
        let line = server.log.split(separator: "\n").first { $0.contains("the copies were destroyed") } ?? ""
        #expect(line.contains(#""count":"\#(copies)""#), "\(line)")
        let desk = try await server.get("/api/v1/me", bearer: after.operatorKey).json["organization"]["id"].string
        let events = try await server.get(
            "/api/v1/organizations/\(desk)/audit-events?action=integration.secret-copies-destroyed",
            bearer: after.operatorKey)
        #expect(try events.json["items"].elements.map { try $0["details"]["count"].string } == ["\(copies)"])
        for integration in made {
            let token = try await server.tokenAnswer(
                DemoCredentials.Client(id: integration.id, secret: integration.secret))
            #expect(token.status == 200)
            let refused = try await server.call("POST", integration.path + "/reveal", bearer: after.operatorKey, [:])
            #expect(refused.status == 409)
        }
        // And back: what was destroyed stays so.
        #expect(try await server.stop() == 0)
        try Self.product("retrievable").write(
            toFile: server.folder.path + "/claviger.yaml", atomically: true, encoding: .utf8)
        try await server.start()
        #expect(server.log.components(separatedBy: "the copies were destroyed").count == 2)
    }
}
