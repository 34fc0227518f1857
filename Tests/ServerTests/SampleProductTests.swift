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

    @Test(.endedIfItHangs)
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

    @Test(.endedIfItHangs)
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

    @Test(.endedIfItHangs)
    func `allmoxy: a second client id is refused, and a token by hand lives 3,600 seconds`() async throws {
        try await with("allmoxy") { server, demo in
            let path = "/api/v1/organizations/\(demo.account)/integrations"
            let second = try await server.call("POST", path, bearer: demo.operatorKey, ["label": "Second"])
            #expect(second.status == 409)
            #expect(second.text.contains("The company has its one API connection already."), "\(second.text)")
            let byHand = path + "/\(demo.integration.id)/tokens"
            let nobodys = try await server.call("POST", byHand, bearer: demo.operatorKey, [:])
            #expect(nobodys.status == 422)
            #expect(try nobodys.json["errors"][0]["field"] == "contact_id")
            let contact = try await server.makeContact(in: demo.account, as: demo.operatorKey)
            let token = try await server.make(byHand, ["contact_id": .text(contact.id)], as: demo.operatorKey)
            #expect(try token["expires_in"].integer == 3600)
            let call = try await server.verify(token["access_token"].string)
            #expect(call.status == 200)
            #expect(call.headers["x-auth-contact"] == contact.id)
            #expect(call.headers["x-auth-subject"] == contact.id)
        }
    }

    @Test(.endedIfItHangs)
    func `allmoxy: a token request without an access key is refused, and with one acts for that contact`() async throws
    {
        try await with("allmoxy") { server, demo in
            let without = try await server.tokenAnswer(demo.integration, path: "/oauth/token")
            #expect(without.status == 400)
            #expect(try without.json["error"] == "invalid_request")
            #expect(try without.json["error_description"].string.contains("access_key is missing"))
            let key = try await server.makeAccessKey(in: demo.account, as: demo.operatorKey)
            #expect(key.secret.hasPrefix("amx_ak_"))
            let answer = try await server.form(
                "/oauth/token", [("grant_type", "client_credentials"), ("access_key", key.secret)],
                client: demo.integration)
            #expect(answer.status == 200, "\(answer.text)")
            let token = try answer.json["access_token"].string
            let contact = String(key.path.split(separator: "/").dropLast(2).last ?? "")
            #expect(try await server.verify(token).headers["x-auth-contact"] == contact)
            // It stops with the access key.
            #expect(try await server.call("DELETE", key.path, bearer: demo.operatorKey).status == 204)
            #expect(try await server.verify(token).status == 401)
        }
    }

    @Test(.endedIfItHangs)
    func `altruistiq: an access key is refused, and none is made`() async throws {
        try await with("altruistiq") { server, demo in
            let answer = try await server.form(
                "/oauth2/token", [("grant_type", "client_credentials"), ("access_key", "aq_ak_anything")],
                client: demo.integration)
            #expect(answer.status == 400)
            #expect(try answer.json["error"] == "invalid_request")
            let contact = try await server.makeContact(in: demo.account, as: demo.operatorKey)
            let made = try await server.call(
                "POST", contact.path + "/access-keys", bearer: demo.operatorKey, ["name": "Order export"])
            #expect(made.status == 409)
        }
    }

    @Test(.endedIfItHangs)
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
