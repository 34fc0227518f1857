/// TikTok's Login Kit, whose refresh tokens are used once. Both generations of its documents can be played: see `older`.
struct TikTokFamily: Family {
    let rules: [ProviderName: TokenRules] = [
        .tiktok: TokenRules(accessLife: 7200, refreshLife: 180 * 86_400, rotation: .singleUse)
    ]

    /// What the documents before November 2026 say.
    static let older = TokenRules(accessLife: 86_400, refreshLife: 365 * 86_400, rotation: .replaceOldValid)

    func provider(of call: Call) -> ProviderName? {
        ["www.tiktok.com", "open.tiktokapis.com"].contains(call.host) ? .tiktok : nil
    }

    /// The code has letters that a query must escape.
    func shape(of provider: ProviderName) -> TokenShape {
        TokenShape(code: ("", "*0!4321.s1"), access: "act.", refresh: "rft.")
    }

    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms? {
        guard call.host == "www.tiktok.com", call.path == "/v2/auth/authorize/" || call.path == "/v2/auth/authorize"
        else { return nil }
        return ConsentTerms(
            clientParameter: "client_key", separator: ",", mayUntick: true, defaultScopes: ["user.info.basic"])
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback {
        var callback = plainGranted(code, call)
        callback.parameters.add("scopes", grant.scopes.joined(separator: ","))
        return callback
    }

    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply {
        guard call.host == "open.tiktokapis.com" else { throw .notFound }
        switch call.path {
        case "/v2/oauth/token/": return .json(try token(call, world))
        case "/v2/oauth/revoke/":
            let client = try authenticate(call, world)
            let (grant, _) = try world.judge(call.form["token"], at: .tiktok)
            guard grant.client == client else { throw .unknownToken }
            world.revoke(grant, isWhole: true)
            return .json([:])
        default: break
        }
        let (grant, _) = try world.judge(call.bearer, at: .tiktok)
        guard call.path == "/v2/user/info/" else { return .json(echo(call, grant).adding("error", Self.fine)) }
        try world.demand("user.info.basic", of: grant)
        let fields = Set((call.query["fields"] ?? "").split(separator: ",").map(String.init))
        let all: [JSONValue.Member] = [
            .init(name: "open_id", value: .text(grant.account.id)),
            .init(name: "union_id", value: .text("sim-union-\(grant.account.number)")),
            .init(name: "display_name", value: .text(grant.account.name)),
        ]
        return .json(["data": ["user": .object(all.filter { fields.contains($0.name) })], "error": Self.fine])
    }

    func tokens(_ issued: Issued, _ world: World) -> JSONValue {
        var answer: JSONValue = [
            "open_id": .text(issued.grant.account.id), "scope": .text(issued.scopes.joined(separator: ",")),
            "access_token": .text(issued.access),
        ]
        answer = answer.adding("expires_in", issued.expiresIn)
        if let refresh = issued.refresh {
            answer = answer.adding("refresh_token", .text(refresh))
                .adding("refresh_expires_in", issued.refreshLife.map { .integer($0) })
        }
        return answer.adding("token_type", "Bearer")
    }

    private static let fine: JSONValue = ["code": "ok", "message": "", "log_id": "sim-log"]

    private func authenticate(_ call: Call, _ world: World) throws(Refused) -> String {
        guard call.method == "POST" else { throw .wrongMethod }
        return try world.authenticate(call.form["client_key"], call.form["client_secret"], at: .tiktok)
    }

    private func token(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        let client = try authenticate(call, world)
        switch call.form["grant_type"] {
        case "authorization_code":
            let issued = try world.redeem(
                call.form["code"], at: .tiktok, client: client, redirectURI: call.form["redirect_uri"] ?? "",
                verifier: call.form["code_verifier"])
            return tokens(issued, world)
        case "refresh_token":
            return tokens(try world.renew(call.form["refresh_token"], at: .tiktok, client: client), world)
        default: throw .unsupportedGrant
        }
    }

    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply {
        guard role != .api else { return apiRefusal(refused) }
        return switch refused {
        case .missing(let what): oauth("invalid_request", "\(what) is missing.")
        case .wrongClient: oauth("invalid_client", "Client key or secret is incorrect.")
        case .unknownCode, .usedCode, .expiredCode: oauth("invalid_grant", "Authorization code is expired or invalid.")
        case .wrongRedirect: oauth("invalid_request", "Redirect_uri is not matched with the uri when requesting code.")
        case .wrongVerifier: oauth("invalid_request", "Code verifier or code challenge is invalid.")
        case .unsupportedGrant: oauth("unsupported_grant_type", "The grant type is not supported.")
        case .unknownToken, .expired, .replayed, .ended, .tooYoung:
            oauth("invalid_grant", "Refresh token is invalid or expired.")
        case .scopeMissing: oauth("invalid_scope", "The scope is not granted.")
        case .noQuota: oauth("rate_limit_exceeded", "Too many requests.")
        case .notFound, .wrongMethod: oauth("invalid_request", "No such endpoint.")
        case .full: oauth("server_error", "The simulator holds as many grants as it may (--grants).")
        }
    }

    /// The documents name no status for these, so this is none that one could rely on.
    private func oauth(_ name: String, _ description: String) -> Reply {
        let isServer = name == "server_error"
        return .json(
            ["error": .text(name), "error_description": .text(description), "log_id": "sim-log"],
            status: isServer ? 503 : name == "invalid_client" ? 401 : 400)
    }

    private func apiRefusal(_ refused: Refused) -> Reply {
        switch refused {
        case .scopeMissing: api("scope_not_authorized", "The user did not authorize the scope.", 401)
        case .noQuota: api("rate_limit_exceeded", "The API rate limit was exceeded.", 429)
        case .missing(let what): api("invalid_params", "\(what) is missing.", 400)
        case .notFound, .wrongMethod: api("invalid_params", "No such endpoint.", 404)
        case .full: api("internal_error", "The simulator holds as many grants as it may (--grants).", 500)
        case .wrongClient, .unknownCode, .usedCode, .expiredCode, .wrongRedirect, .wrongVerifier, .unsupportedGrant,
            .unknownToken, .expired, .replayed, .ended, .tooYoung:
            api("access_token_invalid", "The access token is invalid or not found in the request.", 401)
        }
    }

    private func api(_ code: String, _ message: String, _ status: Int) -> Reply {
        .json(
            ["error": ["code": .text(code), "message": .text(message), "log_id": "sim-log"], "data": [:]],
            status: status)
    }

    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply {
        api("rate_limit_exceeded", "The API rate limit was exceeded.", 429).with("Retry-After", String(seconds))
    }

    func outage(_ provider: ProviderName, _ status: Int) -> Reply {
        api("internal_error", "Something is wrong. Please try again later.", status)
    }
}
