import TestSupport
import Testing

private let product = """
    product:
      name: Altruistiq
      brand: alq
    endpoints:
      token: [/api/public/v1/oauth2/token]
    scopes:
      facilities.read: { description: Read facilities }
      facilities.write: { description: Create and change facilities }
      footprints.export: { description: Export footprints }
    roles:
      platform-administrator:
        title: Platform Administrator
        permissions:
          - organizations.read
          - integrations.read
          - integrations.manage
          - api-keys.read
          - api-keys.manage
      viewer:
        title: Viewer
        permissions: [organizations.read]
    """

/// Walkthrough of OAuth integrations, from the exchange of a secret to the end of an integration, by API.
@Suite("Walkthrough: OAuth integrations", .server(product: product))
struct WalkthroughIntegrationsTests {
    private static let tokenPath = "/api/public/v1/oauth2/token"

    private func integration() async throws -> MadeCredential {
        let (server, demo) = try RunningServer.current
        return try await server.makeIntegration(
            in: demo.account, scopes: ["facilities.read", "facilities.write"], as: demo.operatorKey)
    }

    /// What the token endpoint says to a secret.
    private func exchange(_ made: MadeCredential, _ secret: String? = nil) async throws -> Answer {
        try await RunningServer.current.server.tokenAnswer(
            .init(id: made.id, secret: secret ?? made.secret), path: Self.tokenPath)
    }

    private func isInvalidClient(_ answer: Answer) throws -> Bool {
        try answer.status == 401 && answer.json["error"] == "invalid_client"
    }

    @Test func `A3: id and secret are exchanged at the product's path, by Basic and in the body, and the token calls`()
        async throws
    {
        let (server, _) = try RunningServer.current
        let made = try await integration()
        #expect(made.secret.hasPrefix("alq_cs_"))
        let byBody = try await server.form(
            Self.tokenPath,
            [("grant_type", "client_credentials"), ("client_id", made.id), ("client_secret", made.secret)])
        for answer in [try await exchange(made), byBody] {
            #expect(answer.status == 200)
            #expect(answer.headers["cache-control"] == "no-store")
            let reply = try answer.json
            #expect(try reply["token_type"].string == "Bearer")
            #expect(try reply["expires_in"].integer == 3600)
            #expect(try reply["scope"].string == "facilities.read facilities.write")
            let token = try reply["access_token"].string
            #expect(token.hasPrefix("alq_at_"))
            #expect(try await server.verify(token, scope: "facilities.read").status == 200)
            #expect(try await server.verify(token, scope: "footprints.export").status == 403)
        }
        let metadata = try await server.get("/.well-known/oauth-authorization-server").json
        #expect(try metadata["token_endpoint"].string == server.base + Self.tokenPath)
        #expect(try await server.tokenAnswer(made.client).status == 200)
    }

    @Test func `A4: a rotation ends the old secret at the very next call`() async throws {
        let (server, demo) = try RunningServer.current
        let made = try await integration()
        #expect(try await exchange(made).status == 200)
        let rotated = try await server.make(made.path + "/rotate", [:], as: demo.operatorKey)
        #expect(try isInvalidClient(await exchange(made)))
        let new = try rotated["client_secret"].string
        #expect(new != made.secret)
        #expect(try await exchange(made, new).status == 200)
        #expect(rotated["previous_secret_expires_at"] == .null)
        let shown = try await server.get(made.path, bearer: demo.operatorKey)
        #expect(!shown.text.contains(new))
    }

    @Test(arguments: [true, false])
    func `A4: a rotation with end_tokens ends the tokens issued before, too, and others live on`(_ ends: Bool)
        async throws
    {
        let (server, demo) = try RunningServer.current
        let made = try await integration()
        func token(_ secret: String) async throws -> String {
            try await exchange(made, secret).json["access_token"].string
        }
        let before = try await token(made.secret)
        #expect(try await server.verify(before).status == 200)
        let body: JSON = ends ? ["end_tokens": true, "overlap_seconds": 3600] : ["overlap_seconds": 3600]
        let rotated = try await server.make(made.path + "/rotate", body, as: demo.operatorKey)
        #expect(try await server.verify(before).status == (ends ? 401 : 200))
        #expect(try await server.isActive(before, for: demo.resourceServer) == !ends)
        // The older secret works on, and what is got with it from now on is as good as any.
        for secret in [made.secret, try rotated["client_secret"].string] {
            #expect(try await server.verify(try await token(secret)).status == 200)
        }
        let log = try await server.get(
            "/api/v1/organizations/\(demo.account)/audit-events?action=integration.rotated&target=\(made.id)",
            bearer: demo.operatorKey
        ).json["items"].elements
        #expect(log.count == 1)
        #expect((try? log[0]["details"]["tokens"].string) == (ends ? "ended" : nil))
        let wrong = try await server.call(
            "POST", made.path + "/rotate", bearer: demo.operatorKey, ["end_tokens": "yes", "force": true])
        #expect(wrong.status == 422 && wrong.text.contains("end_tokens"))
    }

    @Test func `A4: with an overlap both secrets work, the last use of each is seen, and the old one is ended early`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let made = try await integration()
        let rotated = try await server.make(
            made.path + "/rotate", ["overlap_seconds": 86_400], as: demo.operatorKey)
        let new = try rotated["client_secret"].string
        #expect(rotated["previous_secret_expires_at"] != .null)
        #expect(try await exchange(made).status == 200)
        #expect(try await exchange(made, new).status == 200)

        let again = try await server.call("POST", made.path + "/rotate", bearer: demo.operatorKey, [:])
        #expect(again.status == 409)
        #expect(try await exchange(made).status == 200)

        let secrets = try await server.get(made.path + "/secrets", bearer: demo.operatorKey).json["items"].elements
        #expect(secrets.count == 2)
        for secret in secrets { #expect(try secret.members.keys.contains("last_used_at")) }
        let old = try #require(secrets.first { $0["expires_at"] != .null })
        let ended = try await server.call(
            "DELETE", "\(made.path)/secrets/\(try old["id"].string)", bearer: demo.operatorKey)
        #expect(ended.status == 204)
        #expect(try isInvalidClient(await exchange(made)))
        #expect(try await exchange(made, new).status == 200)
        let current = try #require(secrets.first { $0["expires_at"] == .null })
        let last = try await server.call(
            "DELETE", "\(made.path)/secrets/\(try current["id"].string)", bearer: demo.operatorKey)
        #expect(last.status == 409)
        #expect(try await exchange(made, new).status == 200)
    }

    @Test func `A5: a deleted integration is gone, its secret is invalid_client, its tokens end at the very next call`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let made = try await integration()
        let token = try await exchange(made).json["access_token"].string
        #expect(try await server.verify(token).status == 200)
        #expect(try await server.isActive(token, for: demo.resourceServer))
        let deletion = try await server.call("DELETE", made.path, bearer: demo.operatorKey)
        #expect(deletion.status == 204)
        #expect(try await server.verify(token).status == 401)
        #expect(try await !server.isActive(token, for: demo.resourceServer))
        #expect(try isInvalidClient(await exchange(made)))
        #expect(try await server.get(made.path, bearer: demo.operatorKey).status == 404)
        let list = try await server.get(
            "/api/v1/organizations/\(demo.account)/integrations?limit=200", bearer: demo.operatorKey)
        #expect(!list.text.contains(made.id))
    }
}
