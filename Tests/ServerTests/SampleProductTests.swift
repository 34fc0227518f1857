import Foundation
import TestSupport
import Testing

/// A server with each of the files in `Products`, and what its document promises at the API.
@Suite("Servers of the four products", .onEveryEngine)
struct SampleProductTests {
    private func with(
        _ name: String, _ use: (ServerProcess, DemoCredentials) async throws -> Void
    ) async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Products/\(name).yaml").standardizedFileURL
        try await ServerProcess.withDemo(product: String(contentsOf: file, encoding: .utf8), use)
    }

    @Test(.timeLimit(.minutes(2)))
    func `altruistiq: a label is enough, and the plan decides`() async throws {
        try await with("altruistiq") { server, demo in
            let path = "/api/v1/organizations/\(demo.account)/integrations"
            let made = try await server.make(path, ["label": "ERP Data Sync"], as: demo.operatorKey)
            #expect(try made["scopes"].elements.count == 8)
            #expect(try made["warnings"].elements.isEmpty)
            let client = DemoCredentials.Client(
                id: try made["client_id"].string, secret: try made["client_secret"].string)
            let token = try await server.tokenAnswer(client, path: "/api/public/v1/oauth2/token")
            #expect(try token.json["expires_in"].integer == 3600)
            let edit = try await server.call(
                "PATCH", "/api/v1/accounts/\(demo.account)", bearer: demo.operatorKey, ["plan": "essential"])
            #expect(edit.status == 200)
            let refused = try await server.tokenAnswer(client, path: "/api/public/v1/oauth2/token")
            #expect(try refused.json["error"].string == "unauthorized_client")
            let poor = try await server.call("POST", path, bearer: demo.operatorKey, ["label": "Test"])
            #expect(poor.status == 409)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `altyaa: a key names its workspace, and no other`() async throws {
        try await with("altyaa") { server, demo in
            let workspace = try await server.makeOrganization("Café", below: demo.account, as: demo.operatorKey)
            let key = try await server.makeKey(
                in: workspace, scopes: ["analytics.read", "reviews.read"], ["name": "API Key 1"], as: demo.operatorKey)
            let shown = try await server.get(key.path, bearer: demo.operatorKey).json
            #expect(try shown["warnings"][0]["code"].string == "poor_label")
            func status(_ scope: String, _ id: String) async throws -> Int {
                try await server.verify(key.secret, scope: scope, headers: [("X-Altyaa-Workspace", id)]).status
            }
            #expect(try await status("analytics.read", workspace) == 200)
            #expect(try await status("posts.write", workspace) == 403)
            #expect(try await status("analytics.read", demo.account) == 403)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `allmoxy: a second client id is refused, and a token by hand lives 3,600 seconds`() async throws {
        try await with("allmoxy") { server, demo in
            let path = "/api/v1/organizations/\(demo.account)/integrations"
            let second = try await server.call("POST", path, bearer: demo.operatorKey, ["label": "Second"])
            #expect(second.status == 409)
            #expect(second.text.contains("The company has its one API connection already."), "\(second.text)")
            let token = try await server.make(path + "/\(demo.integration.id)/tokens", [:], as: demo.operatorKey)
            #expect(try token["expires_in"].integer == 3600)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `onetrust: a key lives an hour and works in the query string`() async throws {
        try await with("onetrust") { server, demo in
            let made = try await server.make(
                "/api/v1/organizations/\(demo.account)/api-keys", ["name": "Queues", "scopes": ["assessments.read"]],
                as: demo.operatorKey)
            let key = try made["key"].string
            #expect(try await server.get("/verify?Authorization=Bearer+\(key)").status == 200)
            let created = try made["created_at"].string
            let expires = try made["expires_at"].string
            #expect(created.prefix(10) != "" && created < expires)
        }
    }
}
