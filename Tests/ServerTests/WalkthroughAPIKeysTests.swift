import TestSupport
import Testing

private let product = """
    product:
      name: OneTrust
      brand: ot
    scopes:
      dsar.read: { description: Read requests }
      dsar.write: { description: Change requests }
      consent.read: { description: Read consent }
    policy:
      api_key_lifetimes:
        offered: [1h, 1d, 7d, 30d, 365d]
        default: 1h
        maximum: 365d
      api_keys_per_account: 500
      query_credentials: true
    """

/// Walkthrough of OAuth 2.0 API keys, by API. Callers come through a trusted proxy, which says from where.
@Suite(
    "Walkthrough: API keys",
    .server(product: product, arguments: ["--trusted-proxies", "127.0.0.1"]))
struct WalkthroughAPIKeysTests {
    private static func from(_ address: String) -> [(String, String)] { [("X-Forwarded-For", address)] }

    /// An account with the two organizations of the document.
    private struct Tree {
        let global: String
        let northAmerica: String
        let europe: String

        init(_ server: ServerProcess, _ demo: DemoCredentials) async throws {
            global = try await server.makeAccount("Global", as: demo.operatorKey)
            northAmerica = try await server.makeOrganization("North America", below: global, as: demo.operatorKey)
            europe = try await server.makeOrganization("Europe", below: global, as: demo.operatorKey)
        }
    }

    @Test func `G1: the lifetimes offered are an hour, which is the default, a day, a week, a month and a year`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let product = try await server.get("/api/v1/product", bearer: demo.operatorKey).json["api_keys"]
        #expect(product["offered_lifetimes_seconds"] == [3600, 86_400, 604_800, 2_592_000, 31_536_000])
        #expect(try product["standard_lifetime_seconds"].integer == 3600)
        #expect(try product["maximum_per_account"].integer == 500)
        let path = "/api/v1/organizations/\(demo.account)/api-keys"
        let tooLong = try await server.call(
            "POST", path, bearer: demo.operatorKey,
            ["name": "Long", "scopes": ["dsar.read"], "lifetime_seconds": 31_536_001])
        #expect(tooLong.status == 422)
        #expect(try tooLong.json["errors"][0]["field"] == "lifetime_seconds")
    }

    @Test func `G2: a key works as bearer and in the query string`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(in: demo.account, scopes: ["dsar.read"], as: demo.operatorKey)
        #expect(key.secret.hasPrefix("ot_key_"))
        #expect(try await server.verify(key.secret, scope: "dsar.read").status == 200)
        let query = "Authorization=Bearer+\(key.secret)"
        let direct = try await server.get("/verify?scope=dsar.read&\(query)")
        #expect(direct.status == 200)
        #expect(direct.headers["x-auth-credential"] == key.id)
        let original = try await server.verify(
            nil, scope: "dsar.read", headers: [("X-Original-URI", "/requests?\(query)&page=2")])
        #expect(original.status == 200)
        let both = try await server.verify(key.secret, headers: [("X-Original-URI", "/requests?\(query)")])
        #expect(both.status == 401)
        #expect(!server.log.contains(key.secret))
    }

    @Test func `G2: a key that is bound to addresses is refused from any other`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(
            in: demo.account, scopes: ["dsar.read"],
            ["allowed_addresses": ["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"]], as: demo.operatorKey)
        for address in ["203.0.113.7", "198.51.100.200", "2001:db8:1::5", "::ffff:203.0.113.7"] {
            let answer = try await server.verify(key.secret, headers: Self.from(address))
            #expect(answer.status == 200, "\(address)")
        }
        for address in ["203.0.113.8", "198.51.101.1", "2001:db9::1", "127.0.0.1", "unknown"] {
            let answer = try await server.verify(key.secret, headers: Self.from(address))
            #expect(answer.status == 403, "\(address)")
            #expect(answer.headers["x-auth-reason"] == "address")
        }
        #expect(try await server.verify(key.secret).status == 403)
    }

    @Test(.endedIfItHangs)
    func `G2: after its lifetime a key is refused`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(
            in: demo.account, scopes: ["dsar.read"], ["lifetime_seconds": 1], as: demo.operatorKey)
        let isRefused = try await eventually { try await server.verify(key.secret).status == 401 }
        #expect(isRefused)
        #expect(try await server.get(key.path, bearer: demo.operatorKey).json["state"] == "expired")
    }

    @Test func `G3: Global sees all keys with their organization, North America its own`() async throws {
        let (server, demo) = try RunningServer.current
        let tree = try await Tree(server, demo)
        var keys: [String: String] = [:]
        var admins: [String: String] = [:]
        for organization in [tree.global, tree.northAmerica, tree.europe] {
            admins[organization] =
                try await server.makeKey(in: organization, scopes: ManagementScopes.all, as: demo.operatorKey).secret
            keys[try await server.makeKey(in: organization, scopes: ["dsar.read"], as: demo.operatorKey).id] =
                organization
        }
        func seen(in organization: String) async throws -> [String: String] {
            let list = try await server.get(
                "/api/v1/organizations/\(organization)/api-keys?include=descendants", bearer: admins[organization])
            let pairs = try list.json["items"].elements.map {
                (try $0["id"].string, try $0["organization_id"].string)
            }
            return Dictionary(pairs) { first, _ in first }.filter { keys[$0.key] != nil }
        }
        #expect(try await seen(in: tree.global) == keys)
        #expect(try await seen(in: tree.northAmerica) == keys.filter { $0.value == tree.northAmerica })
        let above = try await server.get(
            "/api/v1/organizations/\(tree.global)/api-keys", bearer: admins[tree.northAmerica])
        #expect(above.status == 404)
        let beside = try await server.get(
            "/api/v1/organizations/\(tree.europe)/api-keys", bearer: admins[tree.northAmerica])
        #expect(beside.status == 404)
    }

    @Test func `G3: a key made in North America is worth something for North America alone`() async throws {
        let (server, demo) = try RunningServer.current
        let tree = try await Tree(server, demo)
        let key = try await server.makeKey(in: tree.northAmerica, scopes: ["dsar.read"], as: demo.operatorKey)
        let answer = try await server.verify(key.secret)
        #expect(answer.headers["x-auth-organization"] == tree.northAmerica)
        #expect(answer.headers["x-auth-account"] == tree.global)
        #expect(answer.headers["x-auth-organization-path"] == "\(tree.global)/\(tree.northAmerica)")
    }

    @Test(.endedIfItHangs)
    func `G4: key 501 is refused with a clear message, also when many are made at once, and deleting one makes room`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let tree = try await Tree(server, demo)
        let path = "/api/v1/organizations/\(tree.global)/api-keys"
        let operatorKey = demo.operatorKey
        let body: JSON = ["name": "One of many", "scopes": ["dsar.read"]]
        let organizations = [tree.global, tree.northAmerica, tree.europe]
        let ends = await race(520) { number in
            try await server.call(
                "POST", "/api/v1/organizations/\(organizations[number % 3])/api-keys", bearer: operatorKey, body)
        }
        let answers = try ends.map { try $0.get() }
        let made = answers.filter { $0.status == 201 }
        #expect(made.count == 500)
        let refused = answers.filter { $0.status != 201 }
        #expect(refused.count == 20)
        for answer in refused {
            #expect(answer.status == 409)
            #expect(try answer.json["type"] == "urn:claviger:problem:api-key-limit")
            #expect(try answer.json["detail"].string.contains("500 API keys"))
        }
        let first = try #require(made.first).json
        let place = "/api/v1/organizations/\(try first["organization_id"].string)/api-keys/\(try first["id"].string)"
        #expect(try await server.call("DELETE", place, bearer: operatorKey).status == 204)
        #expect(try await server.call("POST", path, bearer: operatorKey, body).status == 201)
        #expect(try await server.call("POST", path, bearer: operatorKey, body).status == 409)
        let elsewhere = "/api/v1/organizations/\(demo.account)/api-keys"
        #expect(try await server.call("POST", elsewhere, bearer: operatorKey, body).status == 201)
    }

    @Test func `G5: description, addresses and scopes can change and count at the next call, name and lifetime cannot`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(in: demo.account, scopes: ["dsar.read"], as: demo.operatorKey)
        #expect(try await server.verify(key.secret, scope: "dsar.read").status == 200)
        #expect(try await server.verify(key.secret, scope: "consent.read").status == 403)
        func edit(_ body: JSON) async throws -> Answer {
            try await server.call("PATCH", key.path, bearer: demo.operatorKey, body)
        }
        #expect(try await edit(["scopes": ["consent.read"]]).status == 200)
        #expect(try await server.verify(key.secret, scope: "dsar.read").status == 403)
        #expect(try await server.verify(key.secret, scope: "consent.read").status == 200)
        #expect(try await edit(["allowed_addresses": ["203.0.113.7"]]).status == 200)
        #expect(try await server.verify(key.secret).status == 403)
        #expect(try await server.verify(key.secret, headers: Self.from("203.0.113.7")).status == 200)
        #expect(try await edit(["description": "For the dashboard", "allowed_addresses": nil]).status == 200)
        #expect(try await server.verify(key.secret).status == 200)
        for (field, value) in [
            ("name", "Other"), ("lifetime_seconds", 7200), ("expires_at", "2030-01-01T00:00:00Z"),
        ] as [(String, JSON)] {
            let refused = try await edit(.object([field: value]))
            #expect(refused.status == 422, "\(field)")
            #expect(try refused.json["errors"][0]["code"] == "immutable", "\(field)")
        }
        let shown = try await server.get(key.path, bearer: demo.operatorKey).json
        #expect(try shown["name"].string == "Key")
        #expect(try shown["description"].string == "For the dashboard")
    }

    @Test func `G6: a deleted key is refused at the next call`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(in: demo.account, scopes: ["dsar.read"], as: demo.operatorKey)
        #expect(try await server.verify(key.secret).status == 200)
        #expect(try await server.call("DELETE", key.path, bearer: demo.operatorKey).status == 204)
        #expect(try await server.verify(key.secret).status == 401)
        #expect(try await server.call("DELETE", key.path, bearer: demo.operatorKey).status == 404)
    }

    @Test func `G7: a product key is refused at the management API`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(in: demo.account, scopes: ["dsar.read"], as: demo.operatorKey)
        for path in ["/api/v1/me", "/api/v1/organizations/\(demo.account)/api-keys"] {
            let answer = try await server.get(path, bearer: key.secret)
            #expect(answer.status == 403)
            #expect(try answer.json["type"] == "urn:claviger:problem:no-management-scope")
        }
    }
}
