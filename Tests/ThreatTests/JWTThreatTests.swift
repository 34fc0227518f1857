import Crypto
import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("JWT: J1, J5", .serialized) struct JWTs {
        private func text(_ json: JSON) throws -> String { encoded(Data(try json.bytes)) }

        private func encoded(_ data: Data) -> String {
            data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }

        private func decoded(_ part: Substring) throws -> JSON {
            let padded = String(part).replacing("-", with: "+").replacing("_", with: "/")
            let text = padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)
            return try JSON(parsing: Array(try #require(Data(base64Encoded: text))))
        }

        /// A token, signed by an attacker in every way that somewhere was taken for a signature.
        private func forgeries(_ token: String, keys: Answer) throws -> [String] {
            let parts = token.split(separator: ".")
            let header = try decoded(parts[0]).members
            let kid = try #require(header["kid"])
            let key = P256.Signing.PrivateKey()
            let raw = key.publicKey.rawRepresentation
            let jwk: JSON = [
                "kty": "EC", "crv": "P-256", "x": .text(encoded(raw.prefix(32))), "y": .text(encoded(raw.suffix(32))),
            ]
            let published = try keys.json["keys"][0]
            let x = try published["x"].string
            let secrets: [Data] = [Data(keys.body), Data(x.utf8), Data(try published.bytes), Data()]
            var forged: [String] = []
            func headed(_ changes: [String: JSON]) throws -> String {
                try text(.object(header.merging(changes) { $1 })) + "." + parts[1]
            }
            for algorithm: JSON in ["none", "None", "NONE", "", nil, "HS256", "RS256", "ES384", "EdDSA"] {
                let signed = try headed(["alg": algorithm])
                forged += ["\(signed).", "\(signed).\(parts[2])", signed]
                for secret in secrets {
                    let code = HMAC<SHA256>.authenticationCode(
                        for: Data(signed.utf8), using: SymmetricKey(data: secret))
                    forged.append("\(signed).\(encoded(Data(code)))")
                }
            }
            let injected: [[String: JSON]] = [
                ["jwk": jwk], ["jwk": jwk, "kid": nil], ["jku": "https://evil.example/jwks.json"],
                ["jku": "http://127.0.0.1:1/"], ["x5u": "https://evil.example/cert.pem"], ["x5c": ["MIIB"]],
                ["kid": "../../../../dev/null"], ["kid": "' OR 1=1 --"], ["kid": ""], ["kid": "\u{0}"],
                ["kid": [kid]], ["crit": ["exp"]], ["b64": false], ["zip": "DEF"], ["typ": "JWT"], [:],
            ]
            for changes in injected {
                let signed = try headed(changes)
                let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation
                forged += ["\(signed).\(encoded(signature))"]
                if !changes.isEmpty { forged.append("\(signed).\(parts[2])") }
            }
            let zero = encoded(Data(repeating: 0, count: 64))
            return forged + [
                "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).\(zero)",
                "\(token)=", "\(token).x", ".\(parts[1]).\(parts[2])", "..",
            ]
        }

        private func estate() async throws -> (server: ServerProcess, app: MadeApp, member: MadeMember) {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("Signed", as: demo.operatorKey)
            return (
                server,
                try await server.makeApp(
                    in: account, ["token_format": "jwt", "post_logout_redirect_uris": ["https://app.example.com/bye"]],
                    as: demo.operatorKey),
                try await server.makeMember(in: account, as: demo.operatorKey)
            )
        }

        @Test func `J1, J5: no access token but one that a key of ours signed is one, wherever it is shown`()
            async throws
        {
            let (server, app, member) = try await estate()
            let demo = try RunningServer.current.demo
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let tokens = try await visitor.tokens(for: app, ["scope": "openid data.read"])
            let integration = try await server.makeIntegration(
                in: demo.account, ["token_format": "jwt"], as: demo.operatorKey)
            let keys = try await server.get("/oauth2/jwks")
            for token in [tokens.access, try await server.token(integration.client)] {
                #expect(token.split(separator: ".").count == 3)
                #expect(try await server.verify(token).status == 200)
                for forged in try forgeries(token, keys: keys) {
                    #expect(try await server.verify(forged).status == 401, "\(forged)")
                    let me = try await server.get("/api/v1/me", bearer: forged)
                    #expect(me.status == 401, "\(forged)")
                    #expect(try await server.get("/oauth2/userinfo", bearer: forged).status == 401, "\(forged)")
                    guard !forged.isEmpty else { continue }
                    #expect(try await !server.isActive(forged, for: demo.resourceServer), "\(forged)")
                    let revoked = try await server.form(
                        "/oauth2/revoke", [("token", forged)], client: integration.client)
                    #expect(revoked.status == 200 || revoked.status == 400)
                }
                #expect(try await server.verify(token).status == 200)
            }
        }

        @Test func `J1: an ID token is no access token, and an access token no hint of who signs out`() async throws {
            let (server, app, member) = try await estate()
            let demo = try RunningServer.current.demo
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let tokens = try await visitor.tokens(for: app, ["scope": "openid data.read"])
            try await server.expectRefused(try #require(tokens.id), at: demo.resourceServer)
            try await expectNoHint(tokens.access, app, &visitor)
        }

        @Test(arguments: ["ES256", "EdDSA", "RS256"])
        func `J1, J5: no ID token but one that a key of ours signed says who signs out`(_ algorithm: String)
            async throws
        {
            let (server, app, member) = try await estate()
            let demo = try RunningServer.current.demo
            let edit: JSON = ["id_token_signed_response_alg": .text(algorithm)]
            #expect(try await server.call("PATCH", app.path, bearer: demo.operatorKey, edit).status == 200)
            var visitor = try await PageVisitor.signedIn(member, at: server)
            let token = try #require(try await visitor.tokens(for: app, ["scope": "openid"]).id)
            #expect(try decoded(token.split(separator: ".")[0])["alg"] == .text(algorithm))
            for forged in try forgeries(token, keys: try await server.get("/oauth2/jwks")) {
                try await expectNoHint(forged, app, &visitor)
            }
            let bye = try await visitor.open("/oauth2/logout?id_token_hint=\(token)")
            #expect(bye.status == 200)
            #expect(visitor.cookies["claviger"] == nil)
        }

        /// That a text signs nobody out and leads nowhere.
        private func expectNoHint(_ text: String, _ app: MadeApp, _ visitor: inout PageVisitor) async throws {
            let answer = try await visitor.open(
                "/oauth2/logout?id_token_hint=\(ServerProcess.encoded(text))"
                    + "&post_logout_redirect_uri=https%3A%2F%2Fapp.example.com%2Fbye")
            #expect(answer.headers["location"] == nil, "\(text)")
            #expect(visitor.cookies["claviger"] != nil, "\(text)")
        }
    }
}
