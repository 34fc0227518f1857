import TestSupport
import Testing

/// What an organization does about its credentials by the hundred.
@Suite("Several credentials, over HTTP", .onEveryEngine)
struct SeveralTests {
    @Test(.endedIfItHangs)
    func `lists are filtered, and several of them changed together, after a dry run that changes nothing`() async throws
    {
        try await ServerProcess.withDemo { server, demo in
            let desk = demo.operatorKey
            let home = try await server.makeAccount("Hygiene", as: desk)
            let below = try await server.makeOrganization("Below", below: home, as: desk)
            let elsewhere = try await server.makeKey(in: demo.account, as: desk)
            var keys: [MadeCredential] = []
            for place in [home, home, below] { keys.append(try await server.makeKey(in: place, as: desk)) }
            let writer = try await server.makeKey(
                in: home, scopes: ["data.read", "data.write"], ["allowed_addresses": ["192.0.2.0/24"]], as: desk)
            let list = "/api/v1/organizations/\(home)/api-keys"
            func found(_ query: String) async throws -> [String] {
                var (ids, cursor): ([String], String?) = ([], nil)
                repeat {
                    let page = try await server.get(
                        "\(list)?include=descendants&limit=2&\(query)" + (cursor.map { "&cursor=\($0)" } ?? ""),
                        bearer: desk
                    ).json
                    ids += try page["items"].elements.map { try $0["id"].string }
                    cursor = try? page["next_cursor"].string
                } while cursor != nil
                return ids
            }
            let own = keys.map(\.id)
            #expect(try await found("address_rule=false") == own)
            #expect(try await found("address_rule=true") == [writer.id])
            #expect(try await found("scope=data.write") == [writer.id])
            #expect(try await found("state=disabled") == [])
            #expect(try await found("creator_left=true") == [])
            #expect(try await found("used=false&state=active") == own + [writer.id])
            #expect(try await found("created_before=2020-01-01T00:00:00Z") == [])
            #expect(try await found("unused_since=2100-01-01T00:00:00Z").count == 4)
            #expect(try await server.get("\(list)?used=perhaps", bearer: desk).status == 400)

            func change(_ change: String, _ ids: [String], _ members: [String: JSON] = [:]) async throws -> Answer {
                let body: [String: JSON] = ["change": .text(change), "ids": .list(ids.map { .text($0) })]
                return try await server.call(
                    "POST", "\(list)/several", bearer: desk, .object(body.merging(members) { $1 }))
            }
            let rule: [String: JSON] = ["allowed_addresses": ["127.0.0.0/8", "::1"]]
            let all = own + [writer.id, elsewhere.id]
            let dry = try await change("restrict", all, rule.merging(["dry_run": true]) { $1 })
            #expect(dry.status == 200, "\(dry.text)")
            #expect(try dry.json["found"] == 4 && dry.json["changed"] == 3)
            #expect(try dry.json["not_found"] == [.text(elsewhere.id)])
            #expect(try await found("address_rule=false") == own, "A dry run is dry.")
            #expect(try await change("restrict", all).status == 422)
            let strong = try await server.makeKey(in: home, scopes: ["claviger:members.manage"], as: desk)
            let weak = try await server.makeKey(in: home, scopes: ["claviger:api-keys.manage"], as: desk)
            let mixed: JSON = [
                "change": "restrict", "ids": .list((own + [strong.id]).map { .text($0) }),
                "allowed_addresses": ["127.0.0.0/8", "::1"],
            ]
            let refused = try await server.call("POST", "\(list)/several", bearer: weak.secret, mixed)
            #expect(refused.status == 422, "\(refused.text)")
            let faults = try refused.json["errors"].elements
            #expect(faults.map { $0["field"] } == [.text("ids.\(strong.id)")], "It is said which one may not be.")
            #expect(try await change("delete", [strong.id, weak.id]).json["changed"] == 2)
            #expect(try await change("restrict", all, rule).json["changed"] == 3)
            #expect(try await found("address_rule=false") == [])
            #expect(try await change("disable", own).json["changed"] == 3)
            #expect(try await found("state=disabled") == own)
            #expect(try await server.verify(keys[0].secret).status == 401)
            #expect(try await change("delete", own).status == 200)
            #expect(try await found("state=disabled") == [])
            #expect(try await server.verify(elsewhere.secret).status == 200)
            let app = try await server.makeApp(in: home, as: desk)
            let other = try await server.call(
                "POST", "/api/v1/organizations/\(home)/apps/several", bearer: desk,
                ["change": "restrict", "ids": [.text(app.id)], "allowed_addresses": ["192.0.2.1"]])
            #expect(other.status == 422, "An app has no address rule.")
        }
    }

    @Test(.endedIfItHangs)
    func `integrations and apps are disabled together, which a dry run says before`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let desk = demo.operatorKey
            let home = try await server.makeAccount("Paused", as: desk)
            let below = try await server.makeOrganization("Below", below: home, as: desk)
            for kind in ["integrations", "apps"] {
                var made: [(id: String, path: String)] = []
                for place in [home, below] {
                    if kind == "apps" {
                        let app = try await server.makeApp(in: place, as: desk)
                        made.append((app.id, app.path))
                    } else {
                        let integration = try await server.makeIntegration(in: place, as: desk)
                        made.append((integration.id, integration.path))
                    }
                }
                let list = "/api/v1/organizations/\(home)/\(kind)"
                let ids = made.map { $0.id }
                func found(_ state: String) async throws -> [String] {
                    try await server.get("\(list)?include=descendants&state=\(state)", bearer: desk).json["items"]
                        .elements.map { try $0["id"].string }
                }
                func disable(isDry: Bool) async throws -> JSON {
                    try await server.call(
                        "POST", "\(list)/several", bearer: desk,
                        ["change": "disable", "ids": .list(ids.map { .text($0) }), "dry_run": .bool(isDry)]
                    ).json
                }
                #expect(try await disable(isDry: true)["changed"] == 2)
                #expect(try await found("active") == ids, "A dry run is dry.")
                #expect(try await disable(isDry: false)["changed"] == 2)
                #expect(try await disable(isDry: false)["changed"] == 0)
                #expect(try await found("active") == [])
                #expect(try await found("disabled") == ids)
                let enabled = try await server.call("POST", "\(made[0].path)/enable", bearer: desk, [:])
                #expect(try enabled.json["state"] == "active" && enabled.json["disabled_at"] == .null)
                #expect(try await found("disabled") == [ids[1]])
            }
        }
    }

    @Test(.endedIfItHangs)
    func `a disabled integration gets no token, its tokens are refused, and both are as before once it is enabled`()
        async throws
    {
        try await ServerProcess.withDemo { server, demo in
            let desk = demo.operatorKey
            let home = try await server.makeAccount("Paused", as: desk)
            let integration = try await server.makeIntegration(in: home, as: desk)
            let client = DemoCredentials.Client(id: integration.id, secret: integration.secret)
            let token = try await server.token(client)
            #expect(try await server.verify(token).status == 200)
            let disabled = try await server.call("POST", "\(integration.path)/disable", bearer: desk, [:])
            #expect(disabled.status == 200, "\(disabled.text)")
            #expect(try disabled.json["state"] == "disabled")
            #expect(try !disabled.json["disabled_by"].string.isEmpty)
            #expect(try await server.verify(token).status == 401)
            let refused = try await server.form(
                "/oauth2/token", [("grant_type", "client_credentials")], client: client)
            #expect(refused.status == 400, "\(refused.text)")
            #expect(try refused.json["error"] == "unauthorized_client")
            #expect(try refused.json["error_description"] == "The client is disabled.")
            let made = try await server.call("POST", "\(integration.path)/tokens", bearer: desk, [:])
            #expect(made.status == 409, "\(made.text)")
            #expect(try await server.call("POST", "\(integration.path)/enable", bearer: desk, [:]).status == 200)
            #expect(try await server.verify(token).status == 200)
            #expect(try await !server.token(client).isEmpty)
        }
    }
}
