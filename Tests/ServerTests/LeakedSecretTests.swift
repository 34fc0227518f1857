import Crypto
import Foundation
import TestSupport
import Testing
import TextForms

@testable import Server

/// Ending what fell into wrong hands.
@Suite("Leaked credentials", .onEveryEngine)
struct LeakedSecretTests {
    private static func product(_ policy: String) -> String {
        """
        product: { name: Leaky, brand: lky }
        scopes:
          data.read: { description: Read }
          data.write: { description: Write }
        policy:
          \(policy)
        """
    }

    private static func revoke(_ secret: String, at server: ServerProcess) async throws -> Answer {
        try await server.call("POST", "/self-revoke", ["credential": .text(secret)])
    }

    @Test(.endedIfItHangs)
    func `whoever holds a secret ends it for good, and what it belonged to goes on by a rotation`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let integration = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let access = try await server.makeAccessKey(in: demo.account, as: demo.operatorKey)
            let token = try await server.token(integration.client)
            #expect(try await server.verify(key.secret).status == 200)
            #expect(try await server.verify(token).status == 200)
            for (made, name) in [(key, key.id), (integration, integration.id), (access, access.id)] {
                let ended = try await Self.revoke(made.secret, at: server)
                #expect(ended.status == 200, "\(ended.text)")
                #expect(try ended.json == ["credential": .text(name), "outcome": "revoked"])
                #expect(try await Self.revoke(made.secret, at: server).status == 404, "It is a credential no more.")
                #expect(!server.log.contains(made.secret))
            }
            #expect(try await server.verify(key.secret).status == 401)
            #expect(try await server.verify(token).status == 401)
            #expect(try await server.tokenAnswer(integration.client).status == 401)
            // Enabled, it does not take the leaked secret again.
            #expect(try await server.call("POST", key.path + "/enable", bearer: demo.operatorKey, [:]).status == 200)
            #expect(try await server.verify(key.secret).status == 401)
            let rotated = try await server.call("POST", key.path + "/rotate", bearer: demo.operatorKey, [:])
            #expect(try await server.verify(rotated.json["key"].string).status == 200)
            let events = try await server.get(
                "/api/v1/organizations/\(demo.account)/audit-events?action=api-key.disabled", bearer: demo.operatorKey)
            let event = try #require(try events.json["items"].elements.first { $0["target"] == .text(key.id) })
            #expect(event["actor"] == .text(key.id))
            #expect(event["details"]["reason"] == "leaked" && event["details"]["told_by"] == "holder")
            #expect(try await Self.revoke("nonsense", at: server).status == 404)
            #expect(try await server.call("POST", "/self-revoke", []).status == 400)
        }
    }

    /// A partner with a key of its own, and one that only says so.
    private struct Partner {
        let folder: Folder
        let key = P256.Signing.PrivateKey()
        var list: String { folder.path + "/keys.json" }

        init() throws {
            folder = try Folder()
            let json: JSON = [
                "public_keys": [
                    ["key_identifier": "first", "key": .text(key.publicKey.pemRepresentation), "is_current": true],
                    ["key_identifier": "other", "key": "none", "is_current": false],
                ]
            ]
            try Data(json.bytes).write(to: URL(fileURLWithPath: list))
        }

        /// Reports to a server, signed over `signed` instead where that is given.
        func report(
            _ body: JSON, signed: JSON? = nil, by identifier: String? = "first", to server: ServerProcess
        ) async throws -> Answer {
            let signature = try key.signature(for: Data((signed ?? body).bytes))
            var headers = [("Content-Type", "application/json")]
            if let identifier {
                headers += [
                    ("Github-Public-Key-Identifier", identifier),
                    ("Github-Public-Key-Signature", signature.derRepresentation.base64EncodedString()),
                ]
            }
            return try await server.send("POST", "/secret-scanning/report", headers: headers, body: try body.bytes)
        }
    }

    private static func found(_ secret: String) -> JSON {
        [
            "token": .text(secret), "type": "lky_api_key", "source": "content",
            "url": "https://partner.example/a/file?with=something",
        ]
    }

    @Test(.endedIfItHangs)
    func `a partner's signed report quarantines what it found, and is answered line by line without a secret`()
        async throws
    {
        let partner = try Partner()
        try await ServerProcess.withDemo(
            product: Self.product("leaked_credentials: quarantine"),
            arguments: ["--secret-scanning-keys", partner.list]
        ) { server, demo in
            let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
            let body: JSON = [Self.found(key.secret), Self.found("lky_key_nothing"), Self.found(key.secret)]
            for refused in [
                try await partner.report(body, signed: [], to: server),
                try await partner.report(body, by: nil, to: server),
            ] {
                #expect(refused.status == 403, "\(refused.text)")
            }
            #expect(try await server.verify(key.secret).status == 200, "Nobody has reported it.")
            let answer = try await partner.report(body, to: server)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(!answer.text.contains(key.secret) && !server.log.contains(key.secret))
            let lines = try answer.json.elements
            #expect(lines.map { $0["label"] } == ["true_positive", "false_positive", "true_positive"])
            #expect(lines.allSatisfy { $0["token_type"] == "lky_api_key" })
            let hash = Hexadecimal.text(SHA256.hash(data: Data(key.secret.utf8)))
            #expect(lines[0]["token_hash"] == .text(hash))
            #expect(try await server.verify(key.secret).status == 401)
            let events = try await server.get(
                "/api/v1/organizations/\(demo.account)/audit-events?action=api-key.disabled", bearer: demo.operatorKey)
            let event = try #require(try events.json["items"].elements.first { $0["target"] == .text(key.id) })
            #expect(event["details"]["found_at"] == "https://partner.example/a/file")
            #expect(event["actor"] == "provider:secret-scanning")
            // A quarantine is ended by who has looked at it.
            #expect(try await server.call("POST", key.path + "/enable", bearer: demo.operatorKey, [:]).status == 200)
            #expect(try await server.verify(key.secret).status == 200)
            #expect(try await partner.report(["token": "no list"], to: server).status == 400)

            // Of clients the secret alone, with what was issued for it.
            let integration = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let app = try await server.makeApp(in: demo.account, as: demo.operatorKey)
            let token = try await server.token(integration.client)
            for (path, secret) in [
                (integration.path, integration.secret), (app.path, try #require(app.secret)),
            ] {
                let leak: JSON = [Self.found(secret)]
                for _ in 1...2 {
                    #expect(try await partner.report(leak, to: server).json[0]["label"] == "true_positive")
                }
                let held = try await server.get("\(path)/secrets", bearer: demo.operatorKey).json["items"][0]
                #expect(try held["quarantined_at"].string.hasSuffix("Z"))
                let part = "\(path)/secrets/\(try held["id"].string)"
                if path == integration.path {
                    #expect(try await server.tokenAnswer(integration.client).status == 401)
                    #expect(try await server.verify(token).status == 401)
                }
                let released = try await server.call(
                    "PATCH", part, bearer: demo.operatorKey, ["quarantined": false])
                #expect(try released.status == 200 && released.json["quarantined_at"] == .null, "\(released.text)")
                if path == integration.path {
                    #expect(try await server.verify(server.token(integration.client)).status == 200)
                    #expect(try await server.verify(token).status == 401)
                }
                // Its holder ends it for good, in quarantine too.
                #expect(try await partner.report(leak, to: server).status == 200)
                #expect(try await Self.revoke(secret, at: server).status == 200)
                #expect(try await Self.revoke(secret, at: server).status == 404)
                let gone = try await server.call("PATCH", part, bearer: demo.operatorKey, ["quarantined": false])
                #expect(gone.status == 404)
            }
        }
    }
}
