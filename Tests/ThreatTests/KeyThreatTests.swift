import Credentials
import Foundation
import HTTPServing
import HTTPTypes
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

extension Threats {
    @Suite("API keys: K1, K7, K9") struct Keys {
        // MARK: K1

        @Test func `K1: what a caller says of its own address widens no address rule`() async throws {
            let (server, demo) = try RunningServer.current
            let elsewhere: [String: JSON] = ["allowed_addresses": ["203.0.113.7", "2001:db8::/32"]]
            let key = try await server.makeKey(
                in: demo.account, scopes: Threats.ownKeys, elsewhere, as: demo.operatorKey)
            let client = try await server.makeIntegration(in: demo.account, elsewhere, as: demo.operatorKey)
            for header in [
                ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "203.0.113.7, 203.0.113.7"),
                ("Forwarded", "for=203.0.113.7"), ("Forwarded", "for=\"[2001:db8::1]\""), ("X-Real-IP", "203.0.113.7"),
                ("X-Client-IP", "203.0.113.7"), ("True-Client-IP", "203.0.113.7"), ("CF-Connecting-IP", "203.0.113.7"),
                ("X-Forwarded-For", "::ffff:203.0.113.7"), ("X-Originating-IP", "203.0.113.7"),
            ] {
                #expect(try await server.verify(key.secret, headers: [header]).status == 403, "\(header)")
                #expect(try await server.get("/api/v1/me", bearer: key.secret, headers: [header]).status == 403)
                let token = try await server.form(
                    "/oauth2/token", [("grant_type", "client_credentials")], client: client.client, headers: [header])
                #expect(try token.json["error"] == "unauthorized_client", "\(header)")
            }
        }

        @Test func `K1: an IPv4-mapped address counts as the IPv4 address`() async throws {
            let (server, demo) = try RunningServer.current
            for rule in ["127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "127.0.0.0/8", "::FFFF:127.0.0.0/104"] {
                let key = try await server.makeKey(
                    in: demo.account, ["allowed_addresses": [.text(rule)]], as: demo.operatorKey)
                #expect(try await server.verify(key.secret).status == 200, "\(rule)")
            }
            for rule in ["::1", "::127.0.0.1", "::/0", "64:ff9b::127.0.0.1"] {
                let key = try await server.makeKey(
                    in: demo.account, ["allowed_addresses": [.text(rule)]], as: demo.operatorKey)
                #expect(try await server.verify(key.secret).status == 403, "\(rule)")
            }
        }

        @Test(arguments: [
            "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.01", "127.0.0.1%lo", "fe80::1%eth0",
            " 127.0.0.1", "127.0.0.1 ", "[::1]", "127.0.0.1:80", "127.0.0.1/33", "::/129", "127.0.0.1/-1", "127.0.0.1/",
            "/8", "*", "", "localhost", "١٢٧.0.0.1", "1.2.3.4,5.6.7.8", "::ffff:127.0.0.1/24", "127.0.0.1/08",
            "1::2::3",
        ])
        func `K1: an address with two readings is no rule`(_ rule: String) async throws {
            let (server, demo) = try RunningServer.current
            let answer = try await server.call(
                "POST", "/api/v1/organizations/\(demo.account)/api-keys", bearer: demo.operatorKey,
                ["name": "K", "scopes": ["data.read"], "allowed_addresses": [.text(rule)]])
            #expect(answer.status == 422, "\(answer.text)")
        }

        // MARK: K7

        @Test func `K7: a key works from the reply to its creation on, also in the middle of unknown ones`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let operatorKey = demo.operatorKey
            let account = demo.account
            let ends = await race(8) { number in
                for _ in 0..<4 {
                    let key = try await server.makeKey(in: account, as: operatorKey)
                    guard try await server.verify(key.secret).status == 200 else { return false }
                    let new = try await server.make(key.path + "/rotate", [:], as: operatorKey)["key"].string
                    guard try await server.verify(new).status == 200 else { return false }
                    guard try await server.verify(key.secret).status == 401 else { return false }
                }
                return true
            }
            #expect(try ends.allSatisfy { try $0.get() })
            let client = try await server.makeIntegration(in: account, as: operatorKey)
            #expect(try await server.tokenAnswer(client.client).status == 200)
        }

        // MARK: K9

        @Test func `K9: no secret is in the log, the audit log, a list or an error`() async throws {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("K9", as: demo.operatorKey)
            let path = "/api/v1/organizations/\(account)"
            let admin = try await server.makeKey(in: account, scopes: ManagementScopes.all, as: demo.operatorKey)
            let key = try await server.makeKey(in: account, as: admin.secret)
            let client = try await server.makeIntegration(in: account, as: admin.secret)
            let signed = try await server.makeIntegration(in: account, ["token_format": "jwt"], as: admin.secret)
            let password = "correct horse battery"
            _ = try await server.make(
                path + "/members",
                ["email": "k9@example.com", "name": "K", "roles": ["auditor"], "password": .text(password)],
                as: admin.secret)
            var secrets = [admin.secret, key.secret, client.secret, signed.secret, password, demo.operatorKey]
            secrets += [demo.integration.secret, demo.resourceServer.secret, demo.apiKey, demo.adminPassword]
            secrets.append(try await server.make(key.path + "/rotate", [:], as: admin.secret)["key"].string)
            secrets.append(try await server.token(client.client))
            secrets.append(try await server.token(signed.client))
            secrets.append(
                try await server.make(client.path + "/tokens", [:], as: admin.secret)["access_token"].string)
            let masterKey = try String(contentsOfFile: server.folder.path + "/data/master.key", encoding: .utf8)
            secrets.append(String(masterKey.prefix { !$0.isNewline }))
            #expect(secrets.allSatisfy { $0.utf8.count >= 20 })

            var seen = ""
            for secret in [key.secret, client.secret, secrets[11]] {
                seen += try await misuse(secret, admin: admin.secret, path: path)
            }
            for list in ["/api-keys", "/integrations", "/members", "/audit-events?limit=200"] {
                seen += try await server.get(path + list, bearer: admin.secret).text
            }
            seen += try await server.get(client.path + "/secrets", bearer: admin.secret).text
            let last = try #require(try await server.get("/api/v1/me", bearer: admin.secret).headers["x-request-id"])
            try await eventually { server.log.contains(last) }
            let log = server.log
            #expect(log.contains(last))
            for (number, secret) in secrets.enumerated() {
                #expect(!seen.contains(secret), "secret \(number) is in a reply")
                #expect(!log.contains(secret), "secret \(number) is in the log")
            }
            let arguments = try String(contentsOfFile: "/proc/\(server.identifier)/cmdline", encoding: .utf8)
            for secret in secrets { #expect(!arguments.contains(secret)) }
        }

        /// Puts a secret where it does not belong, and returns what is answered.
        private func misuse(_ secret: String, admin: String, path: String) async throws -> String {
            let server = try RunningServer.current.server
            let answers = [
                try await server.get("/verify?Authorization=Bearer+\(secret)&scope=nothing"),
                try await server.get("/verify?scope=\(secret)", bearer: secret),
                try await server.get("/api/v1/organizations?cursor=\(secret)", bearer: admin),
                try await server.get("/api/v1/organizations?limit=\(secret)", bearer: admin),
                try await server.get("\(path)/api-keys/\(secret)", bearer: admin),
                try await server.get("/\(secret)"),
                try await server.call(
                    "POST", path + "/api-keys", bearer: admin, ["name": "K", "scopes": [.text(secret)]]),
                try await server.call("POST", path + "/api-keys", bearer: admin, ["password": .text(secret)]),
                try await server.send(
                    "POST", path + "/api-keys", headers: [("Authorization", "Bearer \(admin)")],
                    body: Array(secret.utf8)),
                try await server.form(
                    "/oauth2/token", [("grant_type", secret)], client: .init(id: secret, secret: secret)),
                try await server.form(
                    "/oauth2/token", [("grant_type", "client_credentials"), ("client_id", secret), ("scope", secret)]),
                try await server.get("/api/v1/me", bearer: "x\(secret)"),
                try await server.get("/api/v1/me", headers: [("Authorization", secret), ("User-Agent", secret)]),
                try await server.call(
                    "PATCH", "\(path)", bearer: admin, ["name": "N"], headers: [("If-Match", secret)]),
            ]
            return answers.map { $0.text + $0.headers.values.joined(separator: "\n") }.joined(separator: "\n")
        }
    }
}

@Suite("API keys in the process: K1, K2") struct KeyRuleTests {
    private func address(_ name: String, _ value: String, peer: String = "10.0.0.1") throws -> IPAddress? {
        let proxies = TrustedProxies([try #require(IPRange("10.0.0.0/8")), try #require(IPRange("::1"))])
        var fields = HTTPFields()
        fields[try #require(HTTPField.Name(name))] = value
        return proxies.clientAddress(peer: IPAddress(peer), fields: fields)
    }

    @Test(arguments: [
        ("X-Forwarded-For", "203.0.113.7", "203.0.113.7"), ("X-Forwarded-For", "1.1.1.1, 203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For", "1.1.1.1, 203.0.113.7, 10.9.9.9", "203.0.113.7"),
        ("X-Forwarded-For", "::ffff:203.0.113.7", "203.0.113.7"),
        ("X-Forwarded-For", "203.0.113.7:4711", "203.0.113.7"),
        ("X-Forwarded-For", "[2001:db8::1]:4711", "2001:db8::1"),
        ("Forwarded", "for=1.1.1.1, for=203.0.113.7", "203.0.113.7"),
        ("Forwarded", "proto=https;for=\"[2001:db8::1]:80\";by=10.0.0.1", "2001:db8::1"),
        ("X-Forwarded-For", "10.1.1.1, ::1", "10.1.1.1"),
    ])
    func `K1: of what a trusted proxy says, the last address that is no proxy counts`(
        _ name: String, _ value: String, _ expected: String
    ) throws {
        #expect(try address(name, value) == IPAddress(expected))
    }

    @Test(arguments: [
        ("X-Forwarded-For", "203.0.113.7, unknown"), ("X-Forwarded-For", "203.0.113.7,"), ("X-Forwarded-For", ""),
        ("X-Forwarded-For", "203.0.113.07"), ("X-Forwarded-For", "0xcb.0.113.7"), ("X-Forwarded-For", "fe80::1%eth0"),
        ("Forwarded", "for=203.0.113.7;for=1.1.1.1"), ("Forwarded", "for=_hidden"), ("Forwarded", "for=unknown"),
        ("Forwarded", "host=203.0.113.7"), ("Forwarded", "for=\"203.0.113.7"),
        ("X-Forwarded-For", "203.0.113.7 1.1.1.1"),
    ])
    func `K1: a hop that is no address makes the caller unknown, and an unknown caller is nowhere allowed`(
        _ name: String, _ value: String
    ) throws {
        #expect(try address(name, value) == nil)
        let rule = try #require(IPRange("0.0.0.0/0"))
        #expect(try !AddressRule.within(rule).allows(address(name, value)))
    }

    @Test(arguments: ["X-Forwarded-For", "Forwarded"])
    func `K1: of a peer that is no proxy nothing is believed`(_ name: String) throws {
        #expect(try address(name, "for=203.0.113.7", peer: "192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(try address(name, "203.0.113.7", peer: "::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `K2: the limit of keys holds under a race, over all organizations of an account`(_ engine: StoreUnderTest)
        async throws
    {
        let product = Product(name: "Limited", policy: ProductPolicy(apiKeysPerAccount: 10, integrationsPerAccount: 6))
        try await SampleTree.open(on: engine, product: product) { tree in
            let organizations = [tree.global, tree.europe, tree.france, tree.northAmerica].map(\.id)
            let (store, keys, integrations) = (tree.store, tree.apiKeys, tree.integrations)
            let made = await race(64) { number in
                try await store.write { tx in
                    _ = try keys.create(
                        APIKeyDraft(name: "Key", scopes: ["data.read"]), in: organizations[number % 4],
                        as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(made.count { $0.isSuccess } == 10)
            let clients = await race(32) { number in
                try await store.write { tx in
                    _ = try integrations.create(
                        IntegrationDraft(label: "Client", scopes: ["data.read"]), in: organizations[number % 4],
                        as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(clients.count { $0.isSuccess } == 6)
            for end in made + clients where !end.isSuccess {
                guard case .failure(let error) = end, case .limitReached = error as? Refusal else {
                    Issue.record("\(end)")
                    continue
                }
            }
        }
    }
}
