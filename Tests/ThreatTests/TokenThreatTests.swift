import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Tokens
import Verification

extension Threats {
    @Suite("Introspection, revocation and privilege: I1, I3, I5, I8") struct Introspection {
        private func introspect(_ token: String, as client: DemoCredentials.Client) async throws -> String {
            let answer = try await RunningServer.current.server.form(
                "/oauth2/introspect", [("token", token)], client: client)
            #expect(answer.status == 200)
            return answer.text
        }

        @Test(arguments: ["sealed", "jwt"])
        func `I1: a token meant for another backend is nothing but inactive`(_ format: String) async throws {
            let (server, demo) = try RunningServer.current
            let made = try await server.make(
                "/api/v1/resource-servers", ["name": "Other", "audiences": [.text("https://\(format).example.com")]],
                as: demo.operatorKey)
            let other = DemoCredentials.Client(
                id: try made["client_id"].string, secret: try made["client_secret"].string)
            let client = try await server.makeIntegration(
                in: demo.account, ["token_format": .text(format)], as: demo.operatorKey)
            let standard = try await server.token(client.client)
            let reply = try await server.form(
                "/oauth2/token",
                [("grant_type", "client_credentials"), ("resource", "https://\(format).example.com")],
                client: client.client)
            let meant = try reply.json["access_token"].string
            #expect(try await server.isActive(standard, for: demo.resourceServer))
            #expect(try await server.isActive(meant, for: other))
            #expect(try await introspect(standard, as: other) == "{\"active\":false}")
            #expect(try await introspect(meant, as: demo.resourceServer) == "{\"active\":false}")
            #expect(try await server.verify(meant).status == 401)
            #expect(try await server.get("/api/v1/me", bearer: meant).status == 401)
        }

        @Test(arguments: ["sealed", "jwt"])
        func `I1, I3: a client learns nothing of another's token, nor can it revoke it`(_ format: String) async throws {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("Other", as: demo.operatorKey)
            let owner = try await server.makeIntegration(
                in: demo.account, ["token_format": .text(format)], as: demo.operatorKey)
            let token = try await server.token(owner.client)
            for organization in [demo.account, account] {
                let other = try await server.makeIntegration(in: organization, as: demo.operatorKey).client
                #expect(try await introspect(token, as: other) == "{\"active\":false}")
                #expect(try await introspect(demo.apiKey, as: other) == "{\"active\":false}")
                let revocation = try await server.form("/oauth2/revoke", [("token", token)], client: other)
                #expect(revocation.status == 400)
            }
            let backend = try await server.form("/oauth2/revoke", [("token", token)], client: demo.resourceServer)
            #expect(backend.status == 400)
            #expect(try await server.verify(token).status == 200)
            #expect(try await server.isActive(token, for: owner.client))
            #expect(try await server.form("/oauth2/revoke", [("token", token)], client: owner.client).status == 200)
            #expect(try await server.verify(token).status == 401)
            #expect(try await !server.isActive(token, for: owner.client))
            #expect(try await !server.isActive(token, for: demo.resourceServer))
        }

        @Test func `I5: each door to a new secret or token wants the right to manage what it is for`() async throws {
            let (server, demo) = try RunningServer.current
            let made = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let path = "/api/v1/organizations/\(demo.account)"
            let doors: [(String, JSON, String)] = [
                (path + "/integrations", ["label": "I", "scopes": ["data.read"]], "integrations.manage"),
                (made.path + "/rotate", [:], "integrations.manage"),
                (made.path + "/tokens", [:], "integrations.manage"),
                (path + "/api-keys", ["name": "K", "scopes": ["data.read"]], "api-keys.manage"),
                (key.path + "/rotate", [:], "api-keys.manage"), (key.path + "/enable", [:], "api-keys.manage"),
                (
                    path + "/members", ["email": "i5@example.com", "name": "M", "roles": ["auditor"]],
                    "members.manage"
                ),
                ("/api/v1/resource-servers", ["name": "R", "audiences": ["x"]], "resource-servers.manage"),
                ("/api/v1/accounts", ["name": "A"], "accounts.manage"),
                ("/api/v1/organizations", ["name": "O", "parent_id": .text(demo.account)], "organizations.manage"),
            ]
            for (door, body, permission) in doors {
                let scopes = ManagementScopes.all.filter { $0 != "claviger:\(permission)" }
                let caller = try await server.makeKey(in: demo.account, scopes: scopes, as: demo.operatorKey)
                let answer = try await server.call("POST", door, bearer: caller.secret, body)
                #expect(answer.status == 403, "\(door): \(answer.text)")
                #expect(try answer.json["detail"].string.contains(permission), "\(door)")
                let token = try await server.token(made.client)
                #expect(try await server.call("POST", door, bearer: token, body).status == 403, "\(door)")
            }
        }

        @Test func `I8: an address rule is kept on every path`() async throws {
            let (server, demo) = try RunningServer.current
            let elsewhere: [String: JSON] = ["allowed_addresses": ["203.0.113.7"]]
            let scopes = ["data.read", "claviger:api-keys.read"]
            let key = try await server.makeKey(in: demo.account, scopes: scopes, elsewhere, as: demo.operatorKey)
            let free = try await server.makeIntegration(in: demo.account, scopes: scopes, as: demo.operatorKey)
            let token = try await server.token(free.client)
            #expect(try await server.verify(token).status == 200)
            let edit = try await server.call("PATCH", free.path, bearer: demo.operatorKey, .object(elsewhere))
            #expect(edit.status == 200)
            for credential in [key.secret, token] {
                #expect(try await server.verify(credential).status == 403)
                #expect(try await server.get("/api/v1/me", bearer: credential).status == 403)
                #expect(try await !server.isActive(credential, for: demo.resourceServer))
            }
            for path in ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"] {
                let parameters = [("grant_type", "client_credentials"), ("token", token)]
                let answer = try await server.form(path, parameters, client: free.client)
                #expect((400...403).contains(answer.status), "\(path)")
                #expect(try answer.json["error"] == "unauthorized_client", "\(path)")
            }
            let query = try await server.get("/verify?Authorization=Bearer+\(key.secret)")
            #expect(query.status == 403)
        }
    }
}

/// A store that is out of order for whoever writes.
private struct BrokenStore: Store {
    let store: any Store

    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        try await store.read(body)
    }

    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T {
        throw StoreError.engine("disk I/O error")
    }
}

@Suite("Revocation: I2") struct RevocationThreatTests {
    @Test func `I2: a revocation that cannot be written is an error, and the token is not taken for revoked`()
        async throws
    {
        try await SampleTree.open { tree in
            let issued = try await tree.integration(in: tree.europe)
            let masterKey = try #require(MasterKey(bytes: Array(repeating: 7, count: 32)))
            let keyRing = try await KeyRing.open(
                store: tree.store, masterKey: masterKey, now: tree.clock.now, clock: tree.clock.shared)
            let verifier = CredentialVerifier(
                store: tree.store, keyRing: keyRing, product: .standard, issuer: "https://auth.example",
                revoked: RevokedTokens())
            let endpoint = RevocationEndpoint(
                authenticator: ClientAuthenticator(brand: .claviger),
                verifier: verifier, store: BrokenStore(store: tree.store), brand: .claviger,
                issuer: "https://auth.example")
            let now = tree.clock.current
            let token = AccessToken(
                id: ID(at: now.milliseconds), holder: .integration(issued.credential.id), account: tree.global.id,
                organization: tree.europe.id, subject: nil, scopes: issued.credential.scopes,
                audiences: ["https://auth.example"], issuedAt: now, expiresAt: now.adding(seconds: 3600))
            let form = try Form(
                parsing: Array("token=x&client_id=\(issued.credential.id)&client_secret=\(issued.secret)".utf8))
            let request = try OAuthRequest(authorization: nil, form: form, address: nil, now: now)
            await #expect(throws: StoreError.self) {
                try await endpoint.revoke(.accessToken(token), for: request, requestID: "r")
            }
            #expect(!verifier.revoked.contains(token.id))
            #expect(try await tree.store.read { try $0.revokedTokens(liveAt: now) }.isEmpty)
        }
    }
}
