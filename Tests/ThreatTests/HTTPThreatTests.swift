import Foundation
import HTTPAPI
import TestSupport
import Testing

extension Threats {
    @Suite("HTTP: R9, P5, P9") struct HTTP {
        /// What a server answers to these bytes.
        private func raw(_ text: String) throws -> String {
            let connection = try RawConnection(port: try RunningServer.current.server.port)
            connection.send(text)
            connection.finishSending()
            return String(decoding: connection.receive(), as: UTF8.self)
        }

        @Test(arguments: [
            "%0d%0aX-Injected:%201", "%0aX-Injected:%201", "%E5%98%8D%E5%98%8AX-Injected:1", "\r\nX-Injected: 1",
        ])
        func `R9: no parameter ends a header and begins another`(_ attack: String) throws {
            let credential = try RunningServer.current.demo.apiKey
            for target in [
                "/verify?scope=data.write\(attack)", "/verify?scope=\(attack)", "/api/v1/me?x=\(attack)",
                "/api/v1/organizations/\(attack)", "/\(attack)",
            ] {
                let answer = try raw(
                    "GET \(target) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(credential)\r\nConnection: close\r\n\r\n"
                )
                let head = answer.components(separatedBy: "\r\n\r\n").first ?? ""
                #expect(!head.lowercased().contains("\nx-injected"), "\(target): \(answer)")
                #expect(!answer.hasPrefix("HTTP/1.1 5"), "\(target): \(answer)")
            }
        }

        @Test(arguments: [
            "Content-Length: 5\r\nContent-Length: 38\r\n", "Content-Length: 38\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: xchunked\r\n", "Content-Length: +5\r\n",
            "Content-Length: -1\r\n", "Content-Length: 5,5\r\n", "Content-Length : 5\r\n", "Content-Length: 0x5\r\n",
            "Transfer-Encoding\u{0B}: chunked\r\n", "X: a\r\n\tb\u{00}\r\n",
            "Content-Length: 99999999999999999999999999\r\n",
        ])
        func `R9: a request whose length can be read in two ways is answered at most once, and not well`(
            _ field: String
        )
            throws
        {
            let smuggled = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
            let answer = try raw(
                "POST /oauth2/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "\(field)\r\n0\r\n\r\n\(smuggled)")
            #expect(!answer.contains("alive"), "\(answer)")
            #expect(!answer.contains(" 200 "), "\(answer)")
            // Of all that the server could say of itself, only that it does not know the coding.
            #expect(!answer.contains("HTTP/1.1 5") || answer.hasPrefix("HTTP/1.1 501 "), "\(answer)")
        }

        @Test(arguments: ["Host", "X-Forwarded-Host", "Forwarded", "X-Forwarded-Server", "X-Original-Host", "X-Host"])
        func `P5: no header reaches issuer, metadata, challenge or Location`(_ header: String) async throws {
            let (server, demo) = try RunningServer.current
            let value = header == "Forwarded" ? "for=192.0.2.1;host=evil.example;proto=https" : "evil.example"
            let headers = [(header, value), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Port", "444")]
            for metadata in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
                let poisoned = try await server.get(metadata, headers: headers)
                #expect(poisoned.body == (try await server.get(metadata).body))
                #expect(try poisoned.json["issuer"].string == demo.issuer)
            }

            let client = try await server.makeIntegration(
                in: demo.account, ["token_format": "jwt"], as: demo.operatorKey)
            let answer = try await server.form(
                "/oauth2/token", [("grant_type", "client_credentials")], client: client.client, headers: headers)
            let token = try answer.json["access_token"].string
            #expect(try issuer(of: token) == demo.issuer)
            let introspection = try await server.form(
                "/oauth2/introspect", [("token", token)], client: demo.resourceServer, headers: headers)
            #expect(try introspection.json["iss"].string == demo.issuer)

            let made = try await server.call(
                "POST", "/api/v1/organizations", bearer: demo.operatorKey,
                ["name": "New", "parent_id": .text(demo.account)], headers: headers)
            #expect(try made.headers["location"] == "/api/v1/organizations/\(made.json["id"].string)")
            for path in ["/verify", "/api/v1/me", "/oauth2/userinfo", "/openapi.json", "/nothing"] {
                let answer = try await server.get(path, headers: headers)
                let all = answer.text + answer.headers.values.joined()
                #expect(!all.contains("evil.example"), "\(path)")
            }
        }

        private func issuer(of token: String) throws -> String {
            var payload = try #require(token.split(separator: ".").dropFirst().first).replacing("-", with: "+")
                .replacing("_", with: "/")
            while payload.count % 4 != 0 { payload += "=" }
            let data = try #require(Data(base64Encoded: String(payload)))
            return try JSON(parsing: Array(data))["iss"].string
        }

        @Test(arguments: ["0", "-1", "00", "201", "9223372036854775808", "NaN", "1.0", "1;2", " 1"])
        func `P9: every list refuses a limit that is none`(_ limit: String) async throws {
            let (server, demo) = try RunningServer.current
            let lists = ManagementAPI.routes.filter { $0.method == .get && $0.operation.hasPrefix("list") }
            let fixed = [
                "listScopes", "listRoles", "listIntegrationSecrets", "listAppSecrets", "listMemberSessions",
                "listAPIKeySecrets", "listAccessKeys",
            ]
            #expect(lists.count > fixed.count + 4)
            let text = limit.replacing(" ", with: "+").replacing(";", with: "%3B")
            for route in lists where !fixed.contains(route.operation) {
                let path = route.path.replacing("{organization_id}", with: demo.account)
                    .replacing("{member_id}", with: demo.account.replacing("org_", with: "mem_"))
                    .replacing("{connection_id}", with: demo.account.replacing("org_", with: "cnx_"))
                    .replacing("{webhook_id}", with: demo.account.replacing("org_", with: "whk_"))
                let answer = try await server.get("\(path)?limit=\(text)", bearer: demo.operatorKey)
                #expect(answer.status == 400, "\(route.operation): \(answer.status)")
            }
        }
    }
}
