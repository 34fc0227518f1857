/// TikTok for Business: two kinds of tokens, JSON in and out, and HTTP 200 whatever happened.
struct TikTokBusinessFamily: Family {
    let rules: [ProviderName: TokenRules] = [
        .tiktokBusiness: TokenRules(accessLife: 86_400, refreshLife: 365 * 86_400, rotation: .singleUse),
        .tiktokAdvertiser: TokenRules(accessLife: 0, codeLife: 3600),
    ]

    private static let version = "/open_api/v1.3"

    func provider(of call: Call) -> ProviderName? {
        guard call.host == "business-api.tiktok.com" else { return nil }
        let isOfAccounts = call.path.contains("/tt_user/") || call.path.contains("/business/")
        return isOfAccounts ? .tiktokBusiness : .tiktokAdvertiser
    }

    func shape(of provider: ProviderName) -> TokenShape {
        provider == .tiktokBusiness
            ? TokenShape(code: ("", "*0!4321.s1"), access: "act.", refresh: "rft.")
            : TokenShape(code: ("", ""), access: "", refresh: "")
    }

    /// People of business accounts consent at TikTok itself.
    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms? {
        guard call.path == "/portal/auth" else { return nil }
        return ConsentTerms(
            clientParameter: "app_id", separator: ",", isOffline: false, defaultScopes: ["ad.read", "report.read"])
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback {
        var parameters = Parameters([("auth_code", code), ("code", code)])
        parameters.add("state", call.query["state"])
        return Callback(parameters: parameters)
    }

    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply {
        guard call.path.hasPrefix(Self.version) else { throw .notFound }
        switch call.path.dropFirst(Self.version.count) {
        case "/oauth2/access_token/": return fine(try advertiser(call, world))
        case "/oauth2/revoke_token/": return fine(try revoke(call, .tiktokAdvertiser, world))
        case "/tt_user/oauth2/token/": return fine(try account(call, world))
        case "/tt_user/oauth2/refresh_token/": return fine(try renew(call, world))
        case "/tt_user/oauth2/revoke/": return fine(try revoke(call, .tiktokBusiness, world))
        case "/oauth2/advertiser/get/":
            let (grant, _) = try world.judge(call.headers["access-token"], at: .tiktokAdvertiser)
            let rows = grant.account.children.map { child in
                ["advertiser_id": .text(child.id), "advertiser_name": .text(child.name)] as JSONValue
            }
            return fine(["list": .list(rows)])
        default:
            let (grant, _) = try world.judge(call.headers["access-token"], at: provider)
            return fine(echo(call, grant))
        }
    }

    func tokens(_ issued: Issued, _ world: World) -> JSONValue {
        issued.grant.provider == .tiktokAdvertiser ? advertiserTokens(issued) : accountTokens(issued)
    }

    private func fine(_ data: JSONValue) -> Reply {
        .json(["code": 0, "message": "OK", "request_id": "sim-request", "data": data])
    }

    private func advertiser(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        let client = try world.authenticate(call.body("app_id"), call.body("secret"), at: .tiktokAdvertiser)
        return advertiserTokens(
            try world.redeem(
                call.body("auth_code"), at: .tiktokAdvertiser, client: client, redirectURI: nil, verifier: nil))
    }

    private func advertiserTokens(_ issued: Issued) -> JSONValue {
        [
            "access_token": .text(issued.access),
            "advertiser_ids": .list(issued.grant.account.children.map(\.id)),
            "scope": .list(issued.scopes.indices.map { .integer($0 + 1) }),
        ]
    }

    private func account(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        let client = try world.authenticate(call.body("client_id"), call.body("client_secret"), at: .tiktokBusiness)
        guard call.body("grant_type") == "authorization_code" else { throw .unsupportedGrant }
        return accountTokens(
            try world.redeem(
                call.body("auth_code"), at: .tiktokBusiness, client: client,
                redirectURI: call.body("redirect_uri") ?? "",
                verifier: call.body("code_verifier")))
    }

    private func renew(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        let client = try world.authenticate(call.body("client_id"), call.body("client_secret"), at: .tiktokBusiness)
        guard call.body("grant_type") == "refresh_token" else { throw .unsupportedGrant }
        return accountTokens(try world.renew(call.body("refresh_token"), at: .tiktokBusiness, client: client))
    }

    private func accountTokens(_ issued: Issued) -> JSONValue {
        var data: JSONValue = [
            "access_token": .text(issued.access), "token_type": "Bearer",
            "scope": .text(issued.scopes.joined(separator: ",")),
        ]
        data = data.adding("expires_in", issued.expiresIn)
        if let refresh = issued.refresh {
            data = data.adding("refresh_token", .text(refresh))
                .adding("refresh_token_expires_in", issued.refreshLife.map { .integer($0) })
        }
        return data.adding("open_id", .text(issued.grant.account.id))
    }

    private func revoke(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> JSONValue {
        let isAdvertiser = provider == .tiktokAdvertiser
        let client = try world.authenticate(
            call.body(isAdvertiser ? "app_id" : "client_id"), call.body(isAdvertiser ? "secret" : "client_secret"),
            at: provider)
        let (grant, _) = try world.judge(call.body("access_token"), at: provider)
        guard grant.client == client else { throw .unknownToken }
        world.revoke(grant, isWhole: true)
        return [:]
    }

    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply {
        switch refused {
        case .missing(let what): envelope(40_002, "\(what): missing data for required field.")
        case .wrongClient: envelope(40_101, "App ID or secret is incorrect.")
        case .unknownCode, .usedCode, .expiredCode, .wrongVerifier, .wrongRedirect:
            envelope(40_110, "Auth_code is invalid, used or expired.")
        case .unsupportedGrant: envelope(40_002, "grant_type is not supported.")
        case .expired: envelope(40_102, "Access token is expired.")
        case .unknownToken, .replayed, .ended, .tooYoung:
            envelope(40_105, "Access token is incorrect or has been revoked.")
        case .scopeMissing: envelope(40_001, "No permission to operate.")
        case .noQuota: envelope(40_100, "App reaches the QPS limit.")
        case .notFound, .wrongMethod: envelope(40_007, "The endpoint does not exist.")
        case .full: envelope(50_000, "The simulator holds as many grants as it may (--grants).")
        }
    }

    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply { envelope(51_021, "Too many requests.") }

    /// A gateway in front of the API does not keep to its ways.
    func outage(_ provider: ProviderName, _ status: Int) -> Reply {
        .page("<!doctype html><title>\(status)</title><h1>Bad gateway</h1>", status: status)
    }

    private func envelope(_ code: Int, _ message: String) -> Reply {
        .json(["code": .integer(code), "message": .text(message), "request_id": "sim-request", "data": [:]])
    }
}
