import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("Client authentication: J6, J9, K15") struct ClientAuthentication {
        private func basic(_ text: String, scheme: String = "Basic") -> (String, String) {
            ("Authorization", "\(scheme) \(Data(text.utf8).base64EncodedString())")
        }

        private func ask(
            _ headers: [(String, String)], _ further: [(String, String)] = [], path: String = "/oauth2/token"
        ) async throws -> Answer {
            try await RunningServer.current.server.form(
                path, [("grant_type", "client_credentials"), ("token", "x")] + further, headers: headers)
        }

        /// Every octet as `%xx`.
        private func escaped(_ text: String) -> String {
            text.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }

        @Test(arguments: ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"])
        func `J6, K15: an unknown client, a wrong secret and an old one are refused with the same bytes`(_ path: String)
            async throws
        {
            let (server, demo) = try RunningServer.current
            let made = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let other = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let deleted = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            #expect(try await server.call("DELETE", deleted.path, bearer: demo.operatorKey).status == 204)
            let rotated = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            _ = try await server.make(rotated.path + "/rotate", [:], as: demo.operatorKey)
            let otherEnd = made.secret.hasSuffix("x") ? "y" : "x"
            let claims = [
                "\(made.id):\(other.secret)", "\(made.id):wrong", "\(made.id):", "\(deleted.id):\(deleted.secret)",
                "\(rotated.id):\(rotated.secret)", "nobody:\(made.secret)", ":\(made.secret)",
                "\(made.id):\(made.secret.dropLast())\(otherEnd)", "\(made.id):\(demo.apiKey)",
                "\(demo.resourceServer.id):\(made.secret)",
            ]
            let replies = Set(try await claims.asyncMap { try await ask([basic($0)], path: path).steady })
            #expect(replies.count == 1, "\(replies)")
            #expect(replies.first?.first == "401")
        }

        @Test func `K15: an unknown, a deleted, a disabled and a malformed key are refused with the same bytes`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let deleted = try await server.makeKey(in: demo.account, scopes: Threats.ownKeys, as: demo.operatorKey)
            #expect(try await server.call("DELETE", deleted.path, bearer: demo.operatorKey).status == 204)
            let disabled = try await server.makeKey(in: demo.account, scopes: Threats.ownKeys, as: demo.operatorKey)
            #expect(
                try await server.call("POST", disabled.path + "/disable", bearer: demo.operatorKey, [:]).status == 200)
            let credentials = [deleted.secret, disabled.secret, "nonsense", String(deleted.secret.dropLast()) + "-"]
            for path in ["/verify", "/api/v1/me"] {
                let replies = Set(try await credentials.asyncMap { try await server.get(path, bearer: $0).steady })
                #expect(replies.count == 1, "\(path): \(replies)")
                #expect(replies.first?.first == "401")
            }
            let inactive = Set(
                try await credentials.asyncMap {
                    try await server.form("/oauth2/introspect", [("token", $0)], client: demo.resourceServer).steady
                })
            #expect(inactive.count == 1, "\(inactive)")
        }

        @Test func `J9: Basic credentials are form-decoded once, and in one way alone`() async throws {
            let (server, demo) = try RunningServer.current
            let made = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            for right in ["\(made.id):\(made.secret)", "\(escaped(made.id)):\(escaped(made.secret))"] {
                #expect(try await ask([basic(right)]).status == 200, "\(right)")
                #expect(try await ask([basic(right, scheme: "bAsIc")]).status == 200)
            }
            for wrong in [
                "\(escaped(escaped(made.id))):\(made.secret)", "\(made.id):\(made.secret)+",
                "\(made.id):+\(made.secret)",
                "\(made.id):\(made.secret)%", "\(made.id):\(made.secret)%zz", "\(made.id):\(made.secret)%00",
                "\(made.id) :\(made.secret)", "\(made.id):\(made.secret):", made.id, "", ":",
                "\(made.secret):\(made.id)",
                "\(made.id):\(made.secret)\n", "\(made.id)%3A\(made.secret)",
            ] {
                let answer = try await ask([basic(wrong)])
                #expect(answer.status == 401, "\(wrong): \(answer.status)")
                #expect(try answer.json["error"] == "invalid_client", "\(wrong)")
            }
            let encoded = Data("\(made.id):\(made.secret)x".utf8).base64EncodedString().replacing("=", with: "")
            for wrong in [
                "Basic \(encoded.dropLast())!", "Basic", "Basic  ", "Basic =", "Digest \(encoded)", "Bearer x",
            ] {
                #expect(try await ask([("Authorization", wrong)]).status == 401, "\(wrong)")
            }
        }

        @Test func `J9: two ways of authentication at once, or two names, are refused`() async throws {
            let (server, demo) = try RunningServer.current
            let made = try await server.makeIntegration(in: demo.account, as: demo.operatorKey)
            let right = basic("\(made.id):\(made.secret)")
            for further in [
                [("client_secret", made.secret)], [("client_id", made.id), ("client_secret", made.secret)],
                [("client_id", demo.integration.id)],
            ] {
                let answer = try await ask([right], further)
                #expect(answer.status == 400)
                #expect(try answer.json["error"] == "invalid_request")
            }
            #expect(try await ask([right], [("client_id", made.id)]).status == 200)
            let twice = try await ask([right], [("scope", "data.read"), ("scope", "data.read")])
            #expect(twice.status == 400)
        }
    }
}

extension Sequence {
    /// The results of `transform`, one after the other.
    func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var results: [T] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
