import Foundation
import TestSupport
import Testing

extension Threats {
    @Suite("Grants: I4, I6, S4", .serialized) struct Grants {
        private struct Estate {
            let server: ServerProcess
            let demo: DemoCredentials
            let account: String
            let app: MadeApp
            let member: MadeMember
        }

        private static let manage = "claviger:api-keys.read"

        private func estate() async throws -> Estate {
            let (server, demo) = try RunningServer.current
            let account = try await server.makeAccount("Granted", as: demo.operatorKey)
            let app = try await server.makeApp(
                in: account, scopes: ["openid", "data.read", "data.write", Self.manage], as: demo.operatorKey)
            let member = try await server.makeMember(in: account, as: demo.operatorKey)
            return Estate(server: server, demo: demo, account: account, app: app, member: member)
        }

        /// By which door a grant ends.
        enum End: String, CaseIterable {
            case takenBack, revoked, memberDeleted, appDeleted, accountSuspended
        }

        private func end(_ end: End, _ estate: Estate, _ visitor: inout PageVisitor) async throws {
            let (server, key) = (estate.server, estate.demo.operatorKey)
            let answer: Answer
            switch end {
            case .takenBack:
                let list = try await visitor.open("/account/apps").text
                let link = try #require(list.firstMatch(of: /href="(\/account\/apps\/take-back\?grant=[^"]*)"/)?.1)
                let page = try await visitor.open(String(link))
                #expect(page.hidden("grant") != nil, "\(page.text)")
                answer = try await visitor.send(page, to: "/account/apps/take-back")
                #expect(answer.status == 303)
            case .revoked:
                let path = "/api/v1/organizations/\(estate.account)/grants"
                let grants = try await server.get(path, bearer: key).json["items"].elements
                #expect(grants.count == 1)
                answer = try await server.call("DELETE", "\(path)/\(try grants[0]["id"].string)", bearer: key)
                #expect(answer.status == 204)
            case .memberDeleted:
                answer = try await server.call("DELETE", estate.member.path + "?force=true", bearer: key)
                #expect(answer.status == 204)
            case .appDeleted:
                answer = try await server.call("DELETE", estate.app.path, bearer: key)
                #expect(answer.status == 204)
            case .accountSuspended:
                answer = try await server.call(
                    "PATCH", "/api/v1/accounts/\(estate.account)", bearer: key, ["suspended": true])
                #expect(answer.status == 200, "\(answer.text)")
            }
        }

        @Test(arguments: End.allCases)
        func `I6: what hung on a grant is worth nothing by any door, whichever way the grant ended`(_ way: End)
            async throws
        {
            let estate = try await estate()
            let (server, app) = (estate.server, estate.app)
            var visitor = try await PageVisitor.signedIn(estate.member, at: server)
            let scope: [String: String?] = ["scope": "openid data.read \(Self.manage)"]
            let first = try await visitor.tokens(for: app, scope)
            let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
            let code = try await visitor.code(for: app, scope)
            let keys = "/api/v1/organizations/\(estate.account)/api-keys"
            for token in [first.access, second.access] {
                #expect(try await server.verify(token).status == 200)
                #expect(try await server.get(keys, bearer: token).status == 200)
                #expect(try await server.get("/oauth2/userinfo", bearer: token).status == 200)
                #expect(try await server.isActive(token, for: estate.demo.resourceServer))
            }
            try await end(way, estate, &visitor)
            let refusals = way == .accountSuspended ? 401...403 : 401...401
            for token in [first.access, second.access] {
                #expect(refusals.contains(try await server.verify(token).status))
                #expect(refusals.contains(try await server.get(keys, bearer: token).status))
                #expect(refusals.contains(try await server.get("/oauth2/userinfo", bearer: token).status))
                #expect(try await !server.isActive(token, for: estate.demo.resourceServer))
            }
            for answer in [
                try await server.refresh(second.refresh, of: app), try await server.refresh(first.refresh, of: app),
                try await server.exchange(code, of: app),
            ] {
                #expect((400...403).contains(answer.status), "\(answer.text)")
                #expect(try answer.json["access_token"] == nil)
            }
            // The consent is gone as well: nothing is given without asking.
            let asked = try await visitor.open(app.request(scope))
            #expect(asked.sent("code") == nil)
        }

        @Test func `I6: a right that the member lost is worth nothing in the hands of an app, old token or new`()
            async throws
        {
            let estate = try await estate()
            let (server, app, key) = (estate.server, estate.app, estate.demo.operatorKey)
            var visitor = try await PageVisitor.signedIn(estate.member, at: server)
            let scope: [String: String?] = ["scope": "data.read \(Self.manage)"]
            let first = try await visitor.tokens(for: app, scope)
            let code = try await visitor.code(for: app, scope)
            let keys = "/api/v1/organizations/\(estate.account)/api-keys"
            #expect(try await server.get(keys, bearer: first.access).status == 200)
            let edit = try await server.call(
                "PATCH", estate.member.path, bearer: key, ["roles": [], "force": true])
            #expect(edit.status == 200)
            #expect(try await server.get(keys, bearer: first.access).status == 403)
            for answer in [
                try await server.refresh(first.refresh, of: app), try await server.exchange(code, of: app),
            ] {
                #expect(try answer.json["scope"] == "data.read")
                #expect(try await server.get(keys, bearer: try MadeTokens(answer).access).status == 403)
            }
            let asked = try await visitor.open(app.request(scope))
            #expect(asked.sent("error") == "invalid_scope", "\(asked.status)")
            let back = try await server.call("PATCH", estate.member.path, bearer: key, ["roles": ["auditor"]])
            #expect(back.status == 200)
            #expect(try await server.get(keys, bearer: first.access).status == 200)
            // What the role gives beyond the consent stays the member's own.
            #expect(
                try await server.get("/api/v1/organizations/\(estate.account)/members", bearer: first.access).status
                    == 403)
        }

        @Test func `S4, I6: an app that is set back to its own account's users is worth nothing with others at once`()
            async throws
        {
            let (server, demo) = try RunningServer.current
            let key = demo.operatorKey
            let owner = try await server.makeAccount("Owner", as: key)
            let app = try await server.makeApp(
                in: owner, scopes: ["openid", "data.read"], ["available_to": "everyone"], as: key)
            var outsider = try await PageVisitor.signedIn(
                try await server.makeMember(in: try await server.makeAccount("Other", as: key), as: key), at: server)
            var insider = try await PageVisitor.signedIn(
                try await server.makeMember("own", in: owner, as: key), at: server)
            let scope: [String: String?] = ["scope": "openid data.read"]
            let first = try await outsider.tokens(for: app, scope)
            let second = try MadeTokens(try await server.refresh(first.refresh, of: app))
            let code = try await outsider.code(for: app, scope)
            let own = try await insider.tokens(for: app, scope)
            #expect(try await server.verify(second.access).status == 200)
            let edit = try await server.call("PATCH", app.path, bearer: key, ["available_to": "account"])
            #expect(edit.status == 200)
            for token in [first.access, second.access] {
                #expect(try await server.verify(token).status == 401)
                #expect(try await server.get("/oauth2/userinfo", bearer: token).status == 401)
                #expect(try await !server.isActive(token, for: demo.resourceServer))
            }
            for answer in [
                try await server.exchange(code, of: app), try await server.refresh(first.refresh, of: app),
                try await server.refresh(second.refresh, of: app),
            ] {
                #expect(try answer.json["error"] == "invalid_grant", "\(answer.text)")
            }
            #expect(try await outsider.open(app.request(scope)).sent("error") == "unauthorized_client")
            #expect(try await server.verify(own.access).status == 200)
            #expect(try await server.refresh(own.refresh, of: app).status == 200)
        }

        @Test func `I4: what one app was given is worth nothing to another, however much that one may`() async throws {
            let estate = try await estate()
            let (server, app, key) = (estate.server, estate.app, estate.demo.operatorKey)
            var visitor = try await PageVisitor.signedIn(estate.member, at: server)
            let tokens = try await visitor.tokens(for: app, ["scope": "openid data.read"])
            let code = try await visitor.code(for: app, ["scope": "openid data.read"])
            let scopes = ["openid", "data.read", "data.write", Self.manage]
            let others = [
                try await server.makeApp(in: estate.account, scopes: scopes, as: key),
                try await server.makeApp(
                    in: estate.account, scopes: scopes, ["token_endpoint_auth_method": "none"], as: key),
            ]
            for other in others {
                for answer in [
                    try await server.exchange(code, of: other), try await server.refresh(tokens.refresh, of: other),
                    try await server.refresh(tokens.refresh, of: other, [("scope", "data.write")]),
                ] {
                    #expect(answer.status == 400)
                    #expect(try answer.json["error"] == "invalid_grant")
                }
                for token in [tokens.access, tokens.refresh] {
                    let own = other.client == nil ? [("client_id", other.id)] : []
                    let told = try await server.form(
                        "/oauth2/introspect", [("token", token)] + own, client: other.client)
                    if told.status == 200 {
                        #expect(told.text == "{\"active\":false}")
                    } else {
                        #expect(told.status == 401)
                    }
                    let revoked = try await server.form(
                        "/oauth2/revoke", [("token", token)] + own, client: other.client)
                    #expect(revoked.status == 400 || revoked.status == 200)
                }
            }
            // None of that has ended or spent anything.
            #expect(try await server.verify(tokens.access).status == 200)
            #expect(try await server.exchange(code, of: app).status == 200)
            #expect(try await server.refresh(tokens.refresh, of: app).status == 200)
            let exchange = try await server.token(
                [
                    ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                    ("subject_token", tokens.access),
                    ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ], of: others[0])
            #expect(try exchange.json["error"] == "unsupported_grant_type")
        }
    }
}
