import Foundation
import HTTPAPI
import Model
import TestSupport
import Testing

/// Each route × each caller (law 12).
@Suite("The access matrix", .server())
struct AccessMatrixTests {
    @Test func `every route of the management API has a row, and every row is a route`() {
        #expect(AccessRow.all.count == Set(AccessRow.all.map(\.operation)).count)
        #expect(Set(AccessRow.all.map(\.operation)) == Set(ManagementAPI.routes.map(\.operation)))
    }

    @Test func `each caller is answered as the matrix says, and what they may not know of as if it did not exist`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let estate = try await Estate(on: server, demo)
        let credentials = try await Caller.credentials(estate)
        // First what wants a fresh sign-in: on a busy machine the others take longer than that lasts.
        for row in AccessRow.all.sorted(by: { $0.statusForUsers != nil && $1.statusForUsers == nil }) {
            let route = try #require(ManagementAPI.routes.first { $0.operation == row.operation })
            do {
                let bait = try await (row.bait ?? row.target)(estate)
                for caller in Caller.allCases {
                    let expected =
                        row.isOfAccount
                        ? caller.expectationOfAccount
                        : caller.expectation(at: route.caller, seesOrganization: row.namesOrganization)
                    let credential = try credentials.of(caller, at: route.caller)
                    let target = expected == .success ? try await row.target(estate) : bait
                    let answer = try await server.call(
                        route.method.rawValue, target.path, bearer: credential, target.body)
                    try await check(
                        answer, expected, row, route, caller,
                        missing: {
                            let known = row.isOfAccount ? demo.account : estate.europe
                            return try await server.call(
                                route.method.rawValue, target.path.replacing(known, with: estate.gone),
                                bearer: credential, target.body?.replacing(known, with: estate.gone))
                        })
                }
            } catch {
                Issue.record(error, "\(row.operation)")
            }
        }
    }

    private func check(
        _ answer: Answer, _ expected: Caller.Expectation, _ row: AccessRow, _ route: Route, _ caller: Caller,
        missing: () async throws -> Answer
    ) async throws {
        let place: Comment = "\(row.operation) as \(caller): \(answer.status) \(answer.text)"
        switch expected {
        case .success:
            let status = caller == .appOfOwner ? row.statusForUsers ?? row.status : row.status
            #expect(answer.status == status, place)
        case .refused(let status, let type):
            #expect(answer.status == status, place)
            #expect(try answer.json["type"] == .text("urn:claviger:problem:\(type)"), place)
        case .unknown:
            #expect(answer.status == 404, place)
            let missing = try await missing()
            #expect(try answer.withoutRequest == missing.withoutRequest, place)
            #expect(answer.steadyHeaders == missing.steadyHeaders, place)
        }
    }

    @Test func `who acts through an app and has no permission for a thing is answered as if there were none`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        let estate = try await Estate(on: server, demo)
        let app = try await server.makeApp(in: demo.account, scopes: ManagementScopes.all, as: demo.operatorKey)
        let reader = try await server.makeMember(
            "reader", in: estate.europe, roles: ["owner"], as: demo.operatorKey)
        var visitor = try await PageVisitor.signedIn(reader, at: server)
        let scope = ManagementScopes.all.joined(separator: " ")
        let token = try await visitor.tokens(for: app, ["scope": scope]).access
        let edit = try await server.call(
            "PATCH", reader.path, bearer: demo.operatorKey, ["roles": ["developer"], "force": true])
        #expect(edit.status == 200, "\(edit.text)")
        for (name, status) in [("integrations", 200), ("members", 404), ("audit-events", 404), ("apps", 404)] {
            func list(in organization: String) async throws -> Answer {
                try await server.get("/api/v1/organizations/\(organization)/\(name)", bearer: token)
            }
            let answer = try await list(in: estate.europe)
            #expect(answer.status == status, "\(name): \(answer.text)")
            guard status == 404 else { continue }
            #expect(try await answer.withoutRequest == list(in: estate.gone).withoutRequest, "\(name)")
        }
    }

    @Test func `what is in one organization is not found under the path of another`() async throws {
        let (server, demo) = try RunningServer.current
        let estate = try await Estate(on: server, demo)
        for row in AccessRow.all where row.namesOrganization {
            let route = try #require(ManagementAPI.routes.first { $0.operation == row.operation })
            let parameters = route.path.count { $0 == "{" }
            guard parameters > 1 else { continue }
            let target = try await row.target(estate)
            for other in [estate.france, estate.northAmerica, estate.stranger, demo.account] {
                for credential in [estate.key(of: other), demo.operatorKey] {
                    let answer = try await server.call(
                        route.method.rawValue, target.path.replacing(estate.europe, with: other), bearer: credential,
                        target.body)
                    #expect(answer.status == 404, "\(row.operation) under \(other)")
                }
            }
        }
    }

    @Test func `a list of organizations holds the caller's own and what is below it`() async throws {
        let (server, demo) = try RunningServer.current
        let estate = try await Estate(on: server, demo)
        func seen(as credential: String) async throws -> Set<String> {
            let answer = try await server.get("/api/v1/organizations?limit=200", bearer: credential)
            return Set(try answer.json["items"].elements.map { try $0["id"].string })
        }
        #expect(try await seen(as: estate.key(of: estate.france)) == [estate.france])
        #expect(try await seen(as: estate.key(of: estate.stranger)) == [estate.stranger])
        let fromEurope = try await seen(as: estate.key(of: estate.europe))
        #expect(fromEurope.isSuperset(of: [estate.europe, estate.france]))
        #expect(fromEurope.isDisjoint(with: [estate.northAmerica, demo.account, estate.stranger]))
        #expect(try await seen(as: estate.key(of: demo.account)).isSuperset(of: fromEurope))
    }
}

/// The routes that are no part of the management API.
@Suite("The access matrix of OAuth, verification and the rest", .server())
struct OtherAccessTests {
    private static let open = [
        "getKeySet": "/oauth2/jwks", "getServerMetadata": "/.well-known/oauth-authorization-server",
        "getOpenIDConfiguration": "/.well-known/openid-configuration",
        "getHealth": "/healthz", "getReadiness": "/readyz", "getOpenAPIYAML": "/openapi.yaml",
        "getOpenAPIJSON": "/openapi.json",
    ]
    private static let forClients = [
        "issueToken": "/oauth2/token", "introspect": "/oauth2/introspect", "revoke": "/oauth2/revoke",
    ]
    private static let forFollowers = ["followRevocations": "/api/v1/revocation-feed"]
    private static let forApps = ["getUserInfo": "GET", "postUserInfo": "POST"]
    private static let forBrowsers = [
        "authorize": "GET", "postAuthorize": "POST", "endSession": "GET", "postEndSession": "POST",
    ]
    private static let forGateways = ["verify": "GET", "verifyPost": "POST"]
    private static let forHolders = ["revokeSelf": "/self-revoke"]
    private static let forPartners = ["reportLeakedSecrets": "/secret-scanning/report"]

    @Test func `every route has a row, and every row is a route`() {
        let rows = [
            Self.open, Self.forClients, Self.forFollowers, Self.forApps, Self.forBrowsers, Self.forGateways,
            Self.forHolders, Self.forPartners,
        ].flatMap(\.keys)
        #expect(rows.count == Set(rows).count)
        #expect(Set(rows) == Set(Route.servedElsewhere.map(\.operation)))
        for route in Route.servedElsewhere {
            let table =
                switch route.caller {
                case .anyone: Self.open
                case .client where route.method == .get: Self.forFollowers
                case .client: Self.forClients
                case .app: Self.forApps
                case .browser: Self.forBrowsers
                case .holder: Self.forHolders
                case .partner: Self.forPartners
                default: Self.forGateways
                }
            #expect(table[route.operation] != nil, "\(route.operation)")
        }
    }

    @Test func `what is for anybody needs no credential, and minds none`() async throws {
        let (server, demo) = try RunningServer.current
        for path in Self.open.values {
            for bearer in [nil, demo.apiKey, "nonsense"] {
                // One on PostgreSQL is not ready for as long as it hears late.
                let answer = try await Answer.settled { try await server.get(path, bearer: bearer) }
                #expect(answer.status == 200, "\(path)")
            }
        }
    }

    @Test func `what is for apps answers none that acts for no user`() async throws {
        let (server, demo) = try RunningServer.current
        let token = try await server.token(demo.integration)
        for method in Self.forApps.values {
            for (bearer, error) in [
                (nil, nil), (token, "insufficient_scope"), (demo.apiKey, "invalid_token"),
                ("nonsense", "invalid_token"),
            ] {
                let answer = try await server.call(method, "/oauth2/userinfo", bearer: bearer)
                #expect(answer.status == (error == "insufficient_scope" ? 403 : 401), "\(method) \(answer.text)")
                let challenge = try #require(answer.headers["www-authenticate"])
                #expect(challenge.hasPrefix("Bearer realm="))
                #expect(challenge.contains("error=") == (error != nil))
                if let error { #expect(try answer.json["error"] == .text(error)) }
                #expect(answer.headers["cache-control"] == "no-store")
            }
        }
    }

    @Test func `what is for browsers takes no credential for a session`() async throws {
        let (server, demo) = try RunningServer.current
        let query =
            "?response_type=code&client_id=\(demo.app.id)&code_challenge_method=S256"
            + "&redirect_uri=\(ServerProcess.encoded(demo.appRedirectURI))"
            + "&code_challenge=\(String(repeating: "c", count: 43))"
        for bearer in [nil, demo.operatorKey, demo.apiKey, try await server.token(demo.integration), "nonsense"] {
            let asked = try await server.get("/oauth2/authorize\(query)", bearer: bearer)
            #expect(asked.status == 303)
            #expect(asked.headers["location"]?.hasPrefix("/sign-in?continue=") == true)
            let left = try await server.get("/oauth2/logout", bearer: bearer)
            #expect(left.status == 200)
            #expect(left.text.contains("You’re signed out"))
        }
    }

    @Test func `what is for clients answers no other`() async throws {
        let (server, demo) = try RunningServer.current
        let token = try await server.token(demo.integration)
        let wrong = DemoCredentials.Client(id: demo.integration.id, secret: demo.resourceServer.secret)
        for path in Self.forClients.values {
            let parameters = [("grant_type", "client_credentials"), ("token", token)]
            for client in [nil, wrong] {
                let answer = try await server.form(path, parameters, client: client)
                #expect(answer.status == 401, "\(path)")
                #expect(try answer.json["error"] == "invalid_client", "\(path)")
            }
            let bearer = try await server.form(
                path, parameters, headers: [("Authorization", "Bearer \(demo.operatorKey)")])
            #expect(bearer.status == 401, "\(path)")
        }
        #expect(try await server.verify(token).status == 200)
        let backend = try await server.tokenAnswer(demo.resourceServer)
        #expect(backend.status == 400)
        #expect(try backend.json["error"] == "unauthorized_client")
        for (path, parameters) in [
            ("/oauth2/token", [("grant_type", "client_credentials")]), ("/oauth2/introspect", [("token", token)]),
            ("/oauth2/revoke", [("token", token)]),
        ] {
            #expect(try await server.form(path, parameters, client: demo.integration).status == 200, "\(path)")
        }
    }

    @Test func `what is for resource servers answers no other`() async throws {
        let (server, demo) = try RunningServer.current
        let wrong = DemoCredentials.Client(id: demo.resourceServer.id, secret: demo.integration.secret)
        for path in Self.forFollowers.values {
            for (client, status, error) in [
                (nil, 401, "invalid_client"), (wrong, 401, "invalid_client"),
                (demo.integration, 403, "unauthorized_client"),
            ] {
                let pair = client.map { Data("\($0.id):\($0.secret)".utf8).base64EncodedString() }
                let headers = pair.map { [("Authorization", "Basic \($0)")] } ?? []
                let answer = try await server.send("GET", path, headers: headers)
                #expect(answer.status == status)
                #expect(try answer.json["error"] == .text(error))
                #expect((answer.headers["www-authenticate"] != nil) == (status == 401))
            }
            #expect(try await server.get(path, bearer: demo.operatorKey).status == 401)
            #expect(try await server.send("POST", path).status == 405)
        }
    }

    @Test func `what is for holders ends what is in the body, and minds no credential beside it`() async throws {
        let (server, demo) = try RunningServer.current
        for path in Self.forHolders.values {
            for text in ["nonsense", demo.apiKey + "x", try await server.token(demo.integration)] {
                let answer = try await server.call(
                    "POST", path, bearer: demo.operatorKey, ["credential": .text(text)])
                #expect(answer.status == 404)
            }
        }
        for path in Self.forPartners.values {
            for bearer in [nil, demo.operatorKey] {
                #expect(try await server.call("POST", path, bearer: bearer, []).status == 404)
            }
        }
        #expect(try await server.verify(demo.apiKey).status == 200)
    }

    @Test func `a gateway is answered by the worth of what it passes on`() async throws {
        let (server, demo) = try RunningServer.current
        for method in Self.forGateways.values {
            for (credential, status) in [
                (nil, 401), ("nonsense", 401), (demo.integration.secret, 401), (demo.apiKey, 200),
            ] {
                let headers = credential.map { [("Authorization", "Bearer \($0)")] } ?? []
                #expect(try await server.send(method, "/verify", headers: headers).status == status)
            }
        }
    }
}

/// Who calls, seen from Europe, where everything is that is called upon.
private enum Caller: String, CaseIterable {
    case nobody, withoutManagementScope, withAnotherScope, sibling, below, otherAccount, owner, above, theOperator
    /// Apps that act for members with every right, which the first has lost since.
    case appOfDemoted, appOfSibling, appOfOwner, appWithoutManagementScope

    enum Expectation: Equatable {
        case success
        case refused(Int, String)
        /// As for what does not exist.
        case unknown
    }

    func expectation(at route: Route.Caller, seesOrganization namesOrganization: Bool) -> Expectation {
        switch (route, self) {
        case (_, .nobody): .refused(401, "unauthenticated")
        case (_, .withoutManagementScope), (_, .appWithoutManagementScope), (_, .appOfDemoted):
            .refused(403, "no-management-scope")
        case (.anyManagementScope, _), (.operatorWith, .theOperator): .success
        case (.operatorWith, _), (_, .withAnotherScope): .refused(403, "forbidden")
        case (_, .sibling), (_, .below), (_, .otherAccount), (_, .appOfSibling): namesOrganization ? .unknown : .success
        case (_, .owner), (_, .above), (_, .theOperator), (_, .appOfOwner): .success
        }
    }

    /// Where the account is called upon and who may read its audit log is answered.
    var expectationOfAccount: Expectation {
        switch self {
        case .nobody: .refused(401, "unauthenticated")
        case .withoutManagementScope, .appWithoutManagementScope, .appOfDemoted: .refused(403, "no-management-scope")
        case .withAnotherScope, .sibling, .below, .otherAccount, .owner, .appOfSibling, .appOfOwner: .unknown
        case .above, .theOperator: .success
        }
    }

    struct Credentials {
        fileprivate let estate: Estate
        fileprivate let product: String
        /// By permission that it lacks.
        fileprivate let others: [Permission: String]
        /// One that may read no credential.
        fileprivate let blind: String
        /// Tokens of apps.
        fileprivate let apps: [Caller: String]

        func of(_ caller: Caller, at route: Route.Caller) throws -> String? {
            switch caller {
            case .nobody: nil
            case .withoutManagementScope: product
            case .withAnotherScope:
                switch route {
                case .permission(let permission), .operatorWith(let permission): others[permission]
                case .anyPermission: blind
                default: others[.apiKeysRead]
                }
            case .sibling: estate.key(of: estate.northAmerica)
            case .below: estate.key(of: estate.france)
            case .otherAccount: estate.key(of: estate.stranger)
            case .owner: estate.key(of: estate.europe)
            case .above: estate.key(of: estate.demo.account)
            case .theOperator: estate.demo.operatorKey
            case .appOfDemoted, .appOfSibling, .appOfOwner, .appWithoutManagementScope: apps[caller]
            }
        }
    }

    static func credentials(_ estate: Estate) async throws -> Credentials {
        let server = estate.server
        let desk = estate.demo.operatorKey
        var others: [Permission: String] = [:]
        for permission in Permission.allCases {
            let scopes = ManagementScopes.all(except: permission.rawValue)
            others[permission] = try await server.makeKey(in: estate.europe, scopes: scopes, as: desk).secret
        }
        let blind = ["claviger:members.read"]
        return Credentials(
            estate: estate,
            product: try await server.makeKey(in: estate.europe, scopes: ["data.read", "data.write"], as: desk).secret,
            others: others, blind: try await server.makeKey(in: estate.europe, scopes: blind, as: desk).secret,
            apps: try await appTokens(estate))
    }

    private static func appTokens(_ estate: Estate) async throws -> [Caller: String] {
        let (server, desk) = (estate.server, estate.demo.operatorKey)
        let scopes = ManagementScopes.all + ["data.read"]
        let app = try await server.makeApp(in: estate.demo.account, scopes: scopes, as: desk)
        func token(_ member: MadeMember, _ scopes: [String]) async throws -> String {
            var visitor = try await PageVisitor.signedIn(member, at: server)
            return try await visitor.tokens(for: app, ["scope": scopes.joined(separator: " ")]).access
        }
        let owner = try await server.makeMember("owner", in: estate.europe, roles: ["owner"], as: desk)
        let sibling = try await server.makeMember("owner", in: estate.northAmerica, roles: ["owner"], as: desk)
        let demoted = try await server.makeMember("demoted", in: estate.europe, roles: ["owner"], as: desk)
        let ofDemoted = try await token(demoted, scopes)
        let change = try await server.call("PATCH", demoted.path, bearer: desk, ["roles": []])
        #expect(change.status == 200)
        return [
            .appOfDemoted: ofDemoted, .appOfSibling: try await token(sibling, scopes),
            .appOfOwner: try await token(owner, scopes),
            .appWithoutManagementScope: try await token(owner, ["data.read"]),
        ]
    }
}

extension JSON {
    /// It with every text that contains `old` changed.
    fileprivate func replacing(_ old: String, with new: String) -> JSON {
        switch self {
        case .text(let text): .text(text.replacing(old, with: new))
        case .list(let elements): .list(elements.map { $0.replacing(old, with: new) })
        case .object(let members): .object(members.mapValues { $0.replacing(old, with: new) })
        default: self
        }
    }
}

extension Answer {
    /// The body but for what names the request.
    fileprivate var withoutRequest: [String: JSON] {
        get throws {
            var members = try json.members
            members["request_id"] = nil
            return members
        }
    }

    /// The headers but for what differs between any two replies.
    fileprivate var steadyHeaders: [String: String] {
        headers.filter { !["date", "x-request-id"].contains($0.key) }
    }
}
