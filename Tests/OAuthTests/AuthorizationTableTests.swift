import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing
import Verification

@Suite("The table of checks of an authorization request", .onEveryEngine)
struct AuthorizationTableTests {
    /// A parameter that is changed, nil for one that is left out, and the page that tells of it.
    @Test(arguments: [
        ("client_id", nil, AuthorizationError.Reason.unknownClient), ("client_id", "", .unknownClient),
        ("client_id", "app_x", .unknownClient), ("client_id", ID<App>(at: 0).description, .unknownClient),
        ("client_id", ID<Integration>(at: 0).description, .unknownClient),
        ("redirect_uri", "https://app.example.com/back/", .unknownRedirectURI),
        ("redirect_uri", "https://app.example.com/Back", .unknownRedirectURI),
        ("redirect_uri", "https://app.example.com/back?x=1", .unknownRedirectURI),
        ("redirect_uri", "https://evil.example.com/back", .unknownRedirectURI),
        ("redirect_uri", "javascript:alert(1)", .unknownRedirectURI), ("redirect_uri", "x", .unknownRedirectURI),
        ("state", String(repeating: "s", count: 2049), .state),
    ])
    func `while client or redirect URI is unproven, nothing is sent anywhere (R4, R6)`(
        _ name: String, _ value: String?, _ reason: AuthorizationError.Reason
    ) async throws {
        try await withApp { desk, app, member in
            for mode in ["query", "form_post", "fragment"] {
                // Whatever else is wrong with it.
                let query = desk.request(of: app, [name: value, "response_mode": mode, "response_type": "token"])
                let outcomes = [
                    try await desk.authorize(query, as: member), try await desk.authorize(query, as: nil),
                    try await desk.approve(query, in: desk.tree.europe, as: member),
                ]
                #expect(outcomes.map(\.pageReason) == [reason, reason, reason])
            }
        }
    }

    @Test(
        arguments: [
            ([("response_type", nil)], "invalid_request"), ([("response_type", "token")], "unsupported_response_type"),
            ([("response_type", "code id_token")], "unsupported_response_type"),
            ([("response_type", "CODE")], "unsupported_response_type"),
            ([("response_mode", "fragment")], "invalid_request"), ([("response_mode", "jwt")], "invalid_request"),
            ([("code_challenge", nil)], "invalid_request"), ([("code_challenge_method", nil)], "invalid_request"),
            ([("code_challenge_method", "plain")], "invalid_request"),
            ([("code_challenge_method", "s256")], "invalid_request"),
            ([("code_challenge", nil), ("code_challenge_method", nil)], "invalid_request"),
            ([("code_challenge", "short")], "invalid_request"),
            ([("code_challenge", ProofKey.challenge + "=")], "invalid_request"),
            ([("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")], "invalid_request"),
            ([("scope", "data.write")], "invalid_scope"), ([("scope", "data.read nothing")], "invalid_scope"),
            ([("scope", "data.read  openid")], "invalid_scope"), ([("scope", " ")], "invalid_scope"),
            ([("scope", "claviger:api-keys.read")], "invalid_scope"),
            ([("resource", "https://nobody.example.com")], "invalid_target"),
            ([("prompt", "none login")], "invalid_request"), ([("prompt", "create")], "invalid_request"),
            ([("max_age", "-1")], "invalid_request"), ([("max_age", "soon")], "invalid_request"),
            ([("max_age", "99999999999")], "invalid_request"),
            ([("nonce", String(repeating: "n", count: 513))], "invalid_request"),
            ([("request", "eyJ")], "request_not_supported"),
            ([("request_uri", "https://app.example.com/r")], "request_uri_not_supported"),
            ([("registration", "{}")], "registration_not_supported"),
        ] as [([(String, String?)], String)])
    func `after that every error goes to the app, with state and issuer, in the mode that it asked for`(
        _ changes: [(String, String?)], _ error: String
    ) async throws {
        try await withApp { desk, app, member in
            for mode in [nil, "query", "form_post"] as [String?] {
                var parameters = ["response_mode": mode]
                for (name, value) in changes { parameters.updateValue(value, forKey: name) }
                let query = desk.request(of: app, parameters)
                let outcomes = [
                    try await desk.authorize(query, as: member), try await desk.authorize(query, as: nil),
                    try await desk.approve(query, in: desk.tree.europe, as: member),
                    try await desk.authorization.deny(query, as: member, at: desk.now),
                ]
                for outcome in outcomes {
                    let response = try #require(outcome.response)
                    #expect(response["error"] == error)
                    #expect(response["error_description"]?.isEmpty == false)
                    #expect(response["state"] == "s t/ä")
                    #expect(response["iss"] == SampleDesk.issuer)
                    #expect(response["code"] == nil)
                    #expect(response.redirectURI == SampleDesk.callback)
                    let isKnown = changes.allSatisfy { $0.0 != "response_mode" }
                    #expect(response.mode == (mode == "form_post" && isKnown ? .formPost : .query))
                }
            }
        }
    }

    /// What a request asks for, and what the user is asked to give.
    @Test(arguments: [
        ("openid offline_access", "openid"), ("offline_access openid data.read", "data.read openid"),
        ("openid address phone data.read", "data.read openid"), ("openid no.such/scope catalog", "openid"),
        ("openid claviger:no-such.right", "openid"), (" openid  ", "openid"), (" data.read", "data.read"),
        ("data.read ", "data.read"),
    ])
    func `with openid, scopes that nobody knows are dropped, and blanks at either end never count`(
        _ asked: String, _ given: String
    ) async throws {
        try await withApp { desk, app, member in
            let outcome = try await desk.authorize(desk.request(of: app, ["scope": asked]), as: member)
            #expect(outcome.question?.scopes.map(\.scope.name).sorted().joined(separator: " ") == given)
            let tokens = try await desk.consented(to: app, ["scope": asked], in: desk.tree.europe, as: member)
            #expect(tokens.scope == given)
            #expect(try await desk.verdict(tokens.accessToken).caller?.scopes.text == given)
            let refreshed = try await desk.refresh(tokens.refreshToken, for: app, [("scope", asked)])
            #expect(refreshed.scope == given)
            let again = try await desk.refresh(refreshed.refreshToken, for: app)
            #expect(again.scope == given)
        }
    }

    /// What a request asks for, and how the refusal ends.
    @Test(arguments: [
        ("offline_access", "Refused: offline_access"), ("data.read address", "Refused: address"),
        ("openid data.write offline_access", "Refused: data.write"), ("openid email", "Refused: email"),
        ("data.read https://api.example.com/all-of.it zz", "Refused: https://api.example.com/all-of.it zz"),
        ("<script>", "of these scopes."), ("a;b", "of these scopes."),
        (String(repeating: "s", count: 49), "of these scopes."), ("   ", "well-formed."),
        ("openid  data.read", "well-formed."),
    ])
    func `a scope that is known but not the app's, or not known without openid, is refused by name`(
        _ asked: String, _ ending: String
    ) async throws {
        try await withApp { desk, app, member in
            let outcome = try await desk.authorize(desk.request(of: app, ["scope": asked]), as: member)
            #expect(outcome.error == "invalid_scope")
            #expect(outcome.response?["error_description"]?.hasSuffix(ending) == true)
            let tokens = try await desk.consented(to: app, ["scope": "data.read"], in: desk.tree.europe, as: member)
            let error = await #expect(throws: OAuthError.self) {
                try await desk.refresh(tokens.refreshToken, for: app, [("scope", asked)])
            }
            #expect(error?.code == .invalidScope)
            if ending.hasPrefix("Refused"), !asked.contains("openid") {
                #expect(error?.description.hasSuffix(ending) == true)
            }
        }
    }

    @Test func `a parameter that comes twice is an error, and of the proving ones a page (RFC 6749 §3.1)`() async throws
    {
        try await withApp { desk, app, member in
            let query = desk.request(of: app, ["nonce": "n", "prompt": "consent", "unknown": "u"])
            for pair in query.split(separator: "&") {
                let outcome = try await desk.authorize("\(query)&\(pair)", as: member)
                switch pair.prefix(while: { $0 != "=" }) {
                case "client%5Fid", "redirect%5Furi", "state": #expect(outcome.pageReason == .repeated, "\(pair)")
                default: #expect(outcome.error == "invalid_request", "\(pair)")
                }
            }
            let twice = try await desk.authorize(query + "&resource=a&resource=b", as: member)
            #expect(twice.error == "invalid_target")
        }
    }

    @Test(arguments: ["client_id=%", "%zz=1", "a=%00", "a=%FF", String(repeating: "a&", count: 65)])
    func `what is no query is a page`(_ query: String) async throws {
        try await withApp { desk, app, member in
            let whole = desk.request(of: app) + "&" + query
            let outcome = try await desk.authorize(whole, as: member)
            #expect(outcome.pageReason == .malformed)
        }
    }

    @Test func `what would not fit through a sign-in is a page, before anybody signs in`() async throws {
        try await withApp { desk, app, member in
            let start = desk.request(of: app) + "&x="
            let room = AuthorizationRequest.maximumBytes - start.utf8.count
            for (filling, isTooLong) in [
                (String(repeating: "x", count: room), false), (String(repeating: "x", count: room + 1), true),
                (String(repeating: "{", count: room / 3), false), (String(repeating: "{", count: room / 3 + 1), true),
            ] {
                for user in [member, nil] {
                    let outcome = try await desk.authorize(start + filling, as: user)
                    #expect(outcome.pageReason == (isTooLong ? .tooLong : nil), "\(filling.utf8.count)")
                }
            }
        }
    }

    @Test func `what browsers leave raw in a query goes on as escapes`() async throws {
        try await withApp { desk, app, member in
            let raw = "{\"a\":1}|^`\\<>'[]"
            let query = desk.request(of: app, ["state": String?.none]) + "&state=\(raw)&%7B=}"
            let request = try #require(try await desk.authorize(query, as: nil).awaitingSignIn)
            #expect(request.state == raw)
            #expect(
                request.continuation.hasSuffix("&state=%7B%22a%22:1%7D%7C%5E%60%5C%3C%3E'%5B%5D&%7B=%7D"),
                "\(request.continuation)")
            let again = try #require(try await desk.authorize(request.continuation, as: nil).awaitingSignIn)
            #expect(again.state == raw)
            #expect(again.continuation == request.continuation)
            #expect(try await desk.authorize(request.continuation, as: member).question != nil)
        }
    }

    @Test func `redirect_uri may be left out where there is one, but not by OpenID Connect`() async throws {
        try await withApp { desk, app, member in
            let bare = try await desk.authorize(desk.request(of: app, ["redirect_uri": String?.none]), as: member)
            #expect(bare.question != nil)
            let openID = desk.request(of: app, ["redirect_uri": String?.none, "scope": "openid data.read"])
            #expect(try await desk.authorize(openID, as: member).pageReason == .missingRedirectURI)
            let two = try await desk.app(
                in: desk.tree.europe, redirectURIs: [SampleDesk.callback, "https://app.example.com/other"])
            let ambiguous = try await desk.authorize(desk.request(of: two, ["redirect_uri": String?.none]), as: member)
            #expect(ambiguous.pageReason == .missingRedirectURI)
        }
    }

    @Test(arguments: [
        "code=1", "state", "a=b&iss=x", "error=", "c%6Fde=1", "a;code=1", "CODE=1", "access_token=x",
        "error_description=x",
    ])
    func `a redirect URI with a parameter of our answer in it is refused (R7)`(_ query: String) async throws {
        try await SampleDesk.open { desk in
            let uri = SampleDesk.callback + "?" + query
            let app = try await desk.app(in: desk.tree.europe, redirectURIs: [uri])
            let member = try await desk.signedIn(in: desk.tree.europe)
            for mode in ["query", "form_post"] {
                for named in [uri, nil] as [String?] {
                    let request = desk.request(of: app, ["redirect_uri": named, "response_mode": mode])
                    #expect(try await desk.authorize(request, as: member).pageReason == .unsafeRedirectURI)
                }
            }
        }
    }

    @Test(arguments: [
        ("https://app.example.com/back", "?"), ("https://app.example.com/back?", ""),
        ("https://app.example.com/back?a=b%20c&d", "&"), ("https://app.example.com/back?a&", ""),
        ("com.example.app:/back", "?"), ("https://app.example.com", "?"),
    ])
    func `what is added stands behind the URI's own query, which is not disturbed`(
        _ uri: String, _ separator: String
    ) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, redirectURIs: [uri])
            let member = try await desk.signedIn(in: desk.tree.europe)
            let query = desk.request(of: app, ["redirect_uri": uri, "state": "a&code=x#\r\nä+ "])
            let denied = try await desk.authorization.deny(query, as: member, at: desk.now)
            let location = try #require(denied.response?.location)
            #expect(location.hasPrefix(uri + separator + "error=access_denied&error_description="))
            #expect(
                location.hasSuffix(
                    "&state=a%26code%3Dx%23%0D%0A%C3%A4%2B%20&iss=https%3A%2F%2Fauth.example.com"))
        }
    }

    @Test func `a form is posted to the web alone`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(
                in: desk.tree.europe, redirectURIs: ["com.example.app:/back", "http://127.0.0.1/back"])
            let member = try await desk.signedIn(in: desk.tree.europe)
            let native = desk.request(of: app, ["redirect_uri": "com.example.app:/back", "response_mode": "form_post"])
            let refused = try await desk.authorize(native, as: member).response
            #expect(refused?["error"] == "invalid_request")
            #expect(refused?.mode == .query)
            #expect(refused?.formAction == "com.example.app:")
            let local = desk.request(
                of: app, ["redirect_uri": "http://127.0.0.1:4711/back", "response_mode": "form_post"])
            let denied = try await desk.authorization.deny(local, as: member, at: desk.now).response
            #expect(denied?.mode == .formPost)
            #expect(denied?.redirectURI == "http://127.0.0.1:4711/back")
            #expect(denied?.formAction == "http://127.0.0.1:4711")
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1/back", "http://127.0.0.1:51004/back", true),
        ("http://[::1]/back", "http://[::1]:51004/back", true),
        ("http://127.0.0.1:80/back", "http://127.0.0.1/back", true),
        ("http://127.0.0.1/back", "http://127.0.0.1:51004/other", false),
        ("http://127.0.0.1/back", "http://127.0.0.2:51004/back", false),
        ("http://127.0.0.1/back", "https://127.0.0.1:51004/back", false),
        ("http://127.0.0.1/back", "http://localhost/back", false),
        ("http://127.0.0.1/back", "http://user@127.0.0.1/back", false),
        ("http://127.0.0.1/back", "http://127.0.0.1:0/back", false),
        ("http://127.0.0.1/back", "HTTP://127.0.0.1:51004/back", false),
        ("http://127.0.0.1/back", "http://127.0.0.1:05555/back", false),
        ("HTTP://127.0.0.1/back", "HTTP://127.0.0.1:51004/back", true),
        ("http://localhost/back", "http://localhost:51004/back", false),
        ("https://127.0.0.1/back", "https://127.0.0.1:51004/back", false),
    ])
    func `of loopback addresses the port alone may differ (R3)`(
        _ registered: String, _ named: String, _ isAccepted: Bool
    ) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe, redirectURIs: [registered])
            let member = try await desk.signedIn(in: desk.tree.europe)
            let outcome = try await desk.authorize(desk.request(of: app, ["redirect_uri": named]), as: member)
            #expect(outcome.pageReason == (isAccepted ? nil : .unknownRedirectURI))
        }
    }

    @Test func `the page names an app that is known with who made it, and an answer names whom it is for`() async throws
    {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            let member = try await desk.signedIn(in: desk.tree.europe)
            let wrong = desk.request(of: app, ["redirect_uri": "https://evil.example.com/back"])
            guard case .errorPage(let error) = try await desk.authorize(wrong, as: nil) else {
                throw ServerFailure("No page")
            }
            #expect(error.app == "Planner" && error.owner == "Europe")
            #expect(error.refused?.app.id.description == app.id && error.refused?.path == desk.tree.europe.path)
            #expect(error.refused?.scopes.isEmpty == false)
            let unknown = desk.request(of: app, ["client_id": "app_x"])
            guard case .errorPage(let other) = try await desk.authorize(unknown, as: nil) else {
                throw ServerFailure("No page")
            }
            #expect(other.app == nil && other.owner == nil && other.refused == nil)
            let answer = try await desk.approve(desk.request(of: app), in: desk.tree.europe, as: member)
            #expect(answer.response?.app == "Planner")
        }
    }

    @Test func `a confidential app may do without PKCE where the product says so, a public one never (C7)`()
        async throws
    {
        let product = Product(name: "Lax", policy: ProductPolicy(confidentialAppsWithoutPKCE: true))
        try await SampleDesk.open(product: product) { desk in
            let member = try await desk.signedIn(in: desk.tree.europe)
            let without = ["code_challenge": String?.none, "code_challenge_method": nil]
            let confidential = try await desk.app(in: desk.tree.europe)
            #expect(try await desk.authorize(desk.request(of: confidential, without), as: member).question != nil)
            let plain = ["code_challenge_method": "plain"]
            #expect(
                try await desk.authorize(desk.request(of: confidential, plain), as: member).error == "invalid_request")
            let isPublic = try await desk.app(in: desk.tree.europe, authentication: .none)
            #expect(
                try await desk.authorize(desk.request(of: isPublic, without), as: member).error == "invalid_request")
        }
    }

    /// What a request changes, and whether an app that needs no PKCE may do so.
    @Test(
        arguments: [
            (["scope": "openid", "nonce": "n"], true), (["scope": "data.read openid", "nonce": "n"], true),
            (["scope": "openid"], false), (["scope": "openid", "nonce": ""], false),
            (["scope": "data.read", "nonce": "n"], false), ([:], false),
            (["scope": "openid", "nonce": "n", "code_challenge_method": "S256"], false),
            (["scope": "openid", "nonce": "n", "code_challenge": "short"], false),
        ] as [([String: String], Bool)])
    func `an app that need not have PKCE does without it with openid and a nonce alone (C7)`(
        _ changes: [String: String], _ isAccepted: Bool
    ) async throws {
        try await SampleDesk.open { desk in
            let member = try await desk.signedIn(in: desk.tree.europe)
            let strict = try await desk.app(in: desk.tree.europe, authentication: .anySecret)
            let lax = try await desk.app(in: desk.tree.europe, authentication: .anySecret, requiresPKCE: false)
            var parameters: [String: String?] = ["code_challenge": nil, "code_challenge_method": nil]
            for (name, value) in changes { parameters.updateValue(value, forKey: name) }
            let refused = try await desk.authorize(desk.request(of: strict, parameters), as: member)
            #expect(refused.error == "invalid_request")
            let outcome = try await desk.authorize(desk.request(of: lax, parameters), as: member)
            #expect((outcome.question != nil) == isAccepted)
            #expect(outcome.error == (isAccepted ? nil : "invalid_request"))
            for response in [refused.response, outcome.response] where parameters["code_challenge"] == .some(nil) {
                let explanation = response?["error_description"]
                #expect(explanation?.contains("PKCE with the method S256") ?? true)
            }
            guard isAccepted else { return }
            let code = try await desk.code(for: lax, parameters, in: desk.tree.europe, as: member)
            await expect(.invalidGrant) { try await desk.exchange(code, for: lax) }
            let tokens = try await desk.exchange(code, for: lax, ["code_verifier": String?.none])
            #expect(tokens.idToken != nil)
            // What an app sends all the same counts.
            let bound = try await desk.code(for: lax, in: desk.tree.europe, as: member)
            await expect(.invalidGrant) { try await desk.exchange(bound, for: lax, ["code_verifier": String?.none]) }
        }
    }

    @Test func `what a parameter says reaches the pages`() async throws {
        try await withApp { desk, app, _ in
            let query = desk.request(
                of: app, ["login_hint": "Ada@Example.com", "prompt": "login consent", "max_age": "5", "nonce": "n"])
            let request = try #require(try await desk.authorize(query, as: nil).awaitingSignIn)
            #expect(request.loginHint == "ada@example.com")
            #expect(request.query == query)
            #expect(request.answerSource == "https://app.example.com")
            let continued = Set(request.continuation.split(separator: "&").map(String.init))
            let came = Set(query.split(separator: "&").map(String.init))
            #expect(came.subtracting(continued) == ["max%5Fage=5", "prompt=login%20consent"])
            #expect(continued.subtracting(came) == ["prompt=consent"])
            let choosing = Set(request.choosingUser.split(separator: "&").map(String.init))
            let left = Set(came.subtracting(choosing).map { $0.prefix { $0 != "=" } })
            #expect(left == ["login%5Fhint", "prompt"])
            #expect(choosing.subtracting(came) == ["prompt=login+consent+select_account"])
            #expect(!request.letsChooseUser)
            let again = try #require(try await desk.authorize(request.choosingUser, as: nil).awaitingSignIn)
            #expect(again.letsChooseUser && again.loginHint == nil)
            #expect(again.choosingUser == again.query)
            let odd = try await desk.authorize(desk.request(of: app, ["login_hint": "<script>"]), as: nil)
            #expect(try #require(odd.awaitingSignIn).loginHint == nil)
        }
    }

    @Test func `nothing that is asked of a suspended account's app reaches a user`() async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.stranger, availability: .everyone)
            let member = try await desk.signedIn(in: desk.tree.europe)
            #expect(try await desk.authorize(desk.request(of: app), as: member).question != nil)
            try await desk.suspend(desk.tree.stranger)
            #expect(try await desk.authorize(desk.request(of: app), as: member).error == "unauthorized_client")
        }
    }

    @Test func `nobody is asked for what a disabled app wants, until it is enabled`() async throws {
        try await withApp { desk, app, member in
            let (id, home) = (app.app.id, desk.tree.europe.id)
            try await desk.tree.store.write { [apps = desk.tree.apps] tx in
                _ = try apps.disable(id, in: home, as: SampleTree.theOperator, tx: tx)
            }
            let query = desk.request(of: app)
            #expect(try await desk.authorize(query, as: member).error == "unauthorized_client")
            #expect(try await desk.approve(query, in: desk.tree.europe, as: member).error == "unauthorized_client")
            try await desk.tree.store.write { [apps = desk.tree.apps] tx in
                _ = try apps.enable(id, in: home, as: SampleTree.theOperator, tx: tx)
            }
            #expect(try await desk.authorize(query, as: member).question != nil)
        }
    }

    private func withApp(_ use: (SampleDesk, SampleApp, SignedInMember) async throws -> Void) async throws {
        try await SampleDesk.open { desk in
            let app = try await desk.app(in: desk.tree.europe)
            try await use(desk, app, try await desk.signedIn(in: desk.tree.europe))
        }
    }
}
