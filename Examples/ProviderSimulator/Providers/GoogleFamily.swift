/// Google's accounts with Business Profile behind them. Refresh tokens stay; what ends them is the trouble.
struct GoogleFamily: Family {
    let rules: [ProviderName: TokenRules] = [
        .google: TokenRules(accessLife: 3599, refreshLife: 0, idleLimit: 180 * 86_400, liveGrants: 100)
    ]

    private static let businessScope = "https://www.googleapis.com/auth/business.manage"

    private static let hosts: Set<String> = [
        "accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com",
        "mybusinessaccountmanagement.googleapis.com", "mybusinessbusinessinformation.googleapis.com",
    ]

    func provider(of call: Call) -> ProviderName? { Self.hosts.contains(call.host) ? .google : nil }

    func shape(of provider: ProviderName) -> TokenShape {
        TokenShape(code: ("4/0A", ""), access: "ya29.", refresh: "1//0g")
    }

    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms? {
        guard call.host == "accounts.google.com", call.path == "/o/oauth2/v2/auth" else { return nil }
        return ConsentTerms(
            mayUntick: true, isOffline: call.query["access_type"] == "offline", defaultScopes: ["openid"])
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback {
        var parameters = Parameters()
        parameters.add("state", call.query["state"])
        parameters.add("iss", GoogleKey.issuer)
        parameters.add("code", code)
        parameters.add("scope", grant.scopes.joined(separator: " "))
        parameters.add("authuser", "0")
        parameters.add("prompt", call.query["prompt"] ?? "none")
        return Callback(parameters: parameters)
    }

    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply {
        switch (call.host, call.path) {
        case ("oauth2.googleapis.com", "/token"): return .json(try token(call, world))
        case ("oauth2.googleapis.com", "/revoke"): return .json(try revoke(call, world))
        case ("oauth2.googleapis.com", "/tokeninfo"): return .json(try inspect(call, world))
        case ("www.googleapis.com", "/oauth2/v3/certs"):
            return .json(world.googleKey.keySet).with("Cache-Control", "public, max-age=3600")
        case ("accounts.google.com", "/.well-known/risc-configuration"):
            return .json([
                "issuer": .text(GoogleKey.issuer), "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
                "delivery_methods_supported": ["https://schemas.openid.net/secevent/risc/delivery-method/push"],
            ])
        default: break
        }
        guard call.host != "accounts.google.com", call.host != "oauth2.googleapis.com" else { throw .notFound }
        let (grant, _) = try world.judge(call.bearer ?? call.query["access_token"], at: .google)
        if call.host.hasPrefix("mybusiness") {
            try world.demand(Self.businessScope, of: grant)
            return .json(try business(call, grant))
        }
        guard call.path.hasSuffix("/userinfo") else { return .json(echo(call, grant)) }
        return .json([
            "sub": .text(grant.account.id), "name": .text(grant.account.name), "email": .text(grant.account.email),
            "email_verified": true,
        ])
    }

    func tokens(_ issued: Issued, _ world: World) -> JSONValue { answer(issued, world, isRenewal: false) }

    // MARK: Tokens

    private func token(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        guard call.method == "POST" else { throw .wrongMethod }
        let client = try world.authenticate(
            call.form["client_id"] ?? call.basic?.client, call.form["client_secret"] ?? call.basic?.secret, at: .google)
        switch call.form["grant_type"] {
        case "authorization_code":
            let issued = try world.redeem(
                call.form["code"], at: .google, client: client, redirectURI: call.form["redirect_uri"] ?? "",
                verifier: call.form["code_verifier"])
            return answer(issued, world, isRenewal: false)
        case "refresh_token":
            let issued = try world.renew(call.form["refresh_token"], at: .google, client: client)
            return answer(issued, world, isRenewal: true)
        default: throw .unsupportedGrant
        }
    }

    /// A renewal brings no refresh token: the old one stays.
    private func answer(_ issued: Issued, _ world: World, isRenewal: Bool) -> JSONValue {
        var answer: JSONValue = ["access_token": .text(issued.access)]
        answer = answer.adding("expires_in", issued.expiresIn)
        let rotates = world.rules(of: .google).rotation != .none
        if let refresh = issued.refresh, !isRenewal || rotates {
            answer = answer.adding("refresh_token", .text(refresh))
        }
        answer = answer.adding("scope", .text(issued.scopes.joined(separator: " "))).adding("token_type", "Bearer")
        if let life = issued.refreshLife { answer = answer.adding("refresh_token_expires_in", .integer(life)) }
        guard !isRenewal, issued.scopes.contains("openid") else { return answer }
        return answer.adding("id_token", world.googleKey.idToken(of: issued.grant, now: world.now).map { .text($0) })
    }

    /// Whatever token is given back, all that the account gave to the client goes with it.
    private func revoke(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        guard call.method == "POST" else { throw .wrongMethod }
        let (grant, token) = try world.read(call.anywhere("token"), [.access, .refresh], at: .google)
        try world.live(grant, world.rules(of: .google))
        guard token.expires == 0 || world.now < token.expires else { throw .unknownToken }
        world.revoke(grant, isWhole: true)
        return [:]
    }

    private func inspect(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        world.ledger.count(.inspections, of: .google)
        let (grant, token) = try world.judge(call.anywhere("access_token"), at: .google)
        let answer: JSONValue = [
            "azp": .text(grant.client), "aud": .text(grant.client), "sub": .text(grant.account.id),
            "scope": .text(grant.scopes.joined(separator: " ")), "exp": .text(String(token.expires)),
            "expires_in": .text(String(token.expires - world.now)),
            "access_type": grant.isOffline ? "offline" : "online",
        ]
        guard grant.scopes.contains("email") else { return answer }
        return answer.adding("email", .text(grant.account.email)).adding("email_verified", "true")
    }

    // MARK: Business Profile

    private func business(_ call: Call, _ grant: Grant) throws(Refused) -> JSONValue {
        let account = grant.account.children[0].further
        if call.path == "/v1/accounts" {
            return [
                "accounts": [
                    [
                        "name": .text("accounts/\(account)"), "accountName": .text(grant.account.name),
                        "type": "PERSONAL", "verificationState": "UNVERIFIED", "vettedState": "NOT_VETTED",
                    ]
                ]
            ]
        }
        guard call.path == "/v1/accounts/\(account)/locations" || call.path == "/v1/accounts/-/locations" else {
            guard call.path.hasPrefix("/v1/locations/") else { throw .notFound }
            return echo(call, grant)
        }
        // The real one refuses a list without a mask, too.
        guard let mask = call.query["readMask"] else { throw .missing("readMask") }
        let fields = Set(mask.split(separator: ",").map(String.init))
        let size = min(max(call.query["pageSize"].flatMap { Int($0) } ?? 10, 1), 100)
        let start = max(0, call.query["pageToken"].flatMap { Int($0.dropFirst("sim-page-".count)) } ?? 0)
        let shown = grant.account.children.dropFirst(start).prefix(size)
        let rows = shown.map { location -> JSONValue in
            let all: [JSONValue.Member] = [
                .init(name: "name", value: .text("locations/\(location.id)")),
                .init(name: "title", value: .text(location.name)), .init(name: "languageCode", value: "en"),
            ]
            return .object(all.filter { fields.contains($0.name) })
        }
        let end = start + shown.count
        let answer: JSONValue = ["locations": .list(rows)]
        return end < grant.account.children.count
            ? answer.adding("nextPageToken", .text("sim-page-\(end)")) : answer
    }

    // MARK: Errors

    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply {
        role == .api ? apiRefusal(refused) : tokenRefusal(refused, role)
    }

    private func tokenRefusal(_ refused: Refused, _ role: Role) -> Reply {
        if role == .inspect || role == .revoke {
            let description = role == .inspect ? "Invalid Value" : "Token expired or revoked"
            return error("invalid_token", description)
        }
        return switch refused {
        case .missing(let what): error("invalid_request", "Missing required parameter: \(what)")
        case .wrongClient: error("invalid_client", "The provided client secret is invalid.", status: 401)
        case .unknownCode, .usedCode, .expiredCode: error("invalid_grant", "Malformed auth code.")
        case .wrongRedirect: error("redirect_uri_mismatch", "Bad Request")
        case .wrongVerifier: error("invalid_grant", "Invalid code verifier.")
        case .unsupportedGrant: error("unsupported_grant_type", "Invalid grant_type")
        case .unknownToken: error("invalid_grant", "Bad Request")
        case .ended(.reauthenticationDue):
            .json(
                [
                    "error": "invalid_grant", "error_description": "reauth related error (invalid_rapt)",
                    "error_uri": "https://support.google.com/a/answer/9368756", "error_subtype": "invalid_rapt",
                ], status: 400)
        case .ended(.adminPolicy): error("admin_policy_enforced", "The administrator restricts this scope.")
        case .expired, .replayed, .tooYoung, .ended: error("invalid_grant", "Token has been expired or revoked.")
        case .scopeMissing: error("invalid_scope", "Bad Request")
        case .noQuota: error("rate_limit_exceeded", "Quota exceeded.", status: 429)
        case .notFound: error("not_found", "Not Found", status: 404)
        case .wrongMethod: error("invalid_request", "Method not allowed", status: 405)
        case .full: error("internal_failure", "The simulator holds as many grants as it may (--grants).", status: 503)
        }
    }

    private func apiRefusal(_ refused: Refused) -> Reply {
        switch refused {
        case .scopeMissing:
            return status(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
        case .noQuota:
            // What a project without approval for the Business Profile API gets.
            return status(
                429, "RESOURCE_EXHAUSTED",
                "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'.",
                details: [
                    [
                        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED",
                        "domain": "googleapis.com", "metadata": ["quota_limit_value": "0"],
                    ]
                ])
        case .missing(let what): return status(400, "INVALID_ARGUMENT", "Request is missing \(what).")
        case .notFound, .wrongMethod: return status(404, "NOT_FOUND", "Requested entity was not found.")
        case .full: return status(503, "UNAVAILABLE", "The simulator holds as many grants as it may (--grants).")
        case .wrongClient, .unknownCode, .usedCode, .expiredCode, .wrongRedirect, .wrongVerifier, .unsupportedGrant,
            .unknownToken, .expired, .replayed, .ended, .tooYoung:
            return status(
                401, "UNAUTHENTICATED",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."
            )
        }
    }

    private func error(_ name: String, _ description: String, status: Int = 400) -> Reply {
        .json(["error": .text(name), "error_description": .text(description)], status: status)
    }

    private func status(_ code: Int, _ name: String, _ message: String, details: JSONValue? = nil) -> Reply {
        let error: JSONValue = ["code": .integer(code), "message": .text(message), "status": .text(name)]
        return .json(["error": error.adding("details", details)], status: code)
    }

    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply {
        status(429, "RESOURCE_EXHAUSTED", "Quota exceeded.").with("Retry-After", String(seconds))
    }

    func outage(_ provider: ProviderName, _ status: Int) -> Reply {
        self.status(status, "UNAVAILABLE", "The service is currently unavailable.")
    }
}
