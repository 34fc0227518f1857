/// Instagram with Instagram Login: tokens that are prolonged by themselves, and no refresh tokens.
struct InstagramFamily: Family {
    let rules: [ProviderName: TokenRules] = [
        .instagram: TokenRules(accessLife: 60 * 86_400, firstLife: 3600, minimumAge: 86_400, codeLife: 3600)
    ]

    func provider(of call: Call) -> ProviderName? {
        ["www.instagram.com", "api.instagram.com", "graph.instagram.com"].contains(call.host) ? .instagram : nil
    }

    func shape(of provider: ProviderName) -> TokenShape {
        TokenShape(code: ("AQB", ""), access: "IGAA", refresh: "")
    }

    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms? {
        guard call.host == "www.instagram.com", call.path == "/oauth/authorize" else { return nil }
        return ConsentTerms(
            separator: ",", mayUntick: true, isOffline: false, defaultScopes: ["instagram_business_basic"])
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback {
        var callback = plainGranted(code, call)
        callback.fragment = "#_"
        return callback
    }

    func denied(_ call: Call, _ provider: ProviderName) -> Callback {
        var parameters = Parameters([
            ("error", "access_denied"), ("error_reason", "user_denied"),
            ("error_description", "The user denied your request"),
        ])
        parameters.add("state", call.query["state"])
        return Callback(parameters: parameters)
    }

    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply {
        let path = GraphPath(call.path)
        switch (call.host, path.rest) {
        case ("api.instagram.com", "/oauth/access_token"): return .json(try redeem(call, world))
        case ("graph.instagram.com", "/access_token"): return .json(try exchange(call, world))
        case ("graph.instagram.com", "/refresh_access_token"): return .json(try prolong(call, world))
        case ("graph.instagram.com", _): break
        default: throw .notFound
        }
        let (grant, _) = try world.judge(call.anywhere("access_token") ?? call.bearer, at: .instagram)
        try world.demand("instagram_business_basic", of: grant)
        guard path.rest == "/me" else { return .json(echo(call, grant)) }
        return .json([
            "user_id": .text(grant.account.id), "username": .text(username(grant)), "id": .text(grant.account.id),
        ])
    }

    func tokens(_ issued: Issued, _ world: World) -> JSONValue { long(issued.grant, world) }

    private func username(_ grant: Grant) -> String { String(grant.account.email.prefix { $0 != "@" }) }

    private func redeem(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        guard call.method == "POST" else { throw .wrongMethod }
        let client = try world.authenticate(call.form["client_id"], call.form["client_secret"], at: .instagram)
        guard call.form["grant_type"] == "authorization_code" else { throw .unsupportedGrant }
        let issued = try world.redeem(
            call.form["code"], at: .instagram, client: client, redirectURI: call.form["redirect_uri"] ?? "",
            verifier: nil)
        let answer: JSONValue = [
            "access_token": .text(issued.access), "user_id": .text(issued.grant.account.id),
            "permissions": .text(issued.scopes.joined(separator: ",")),
        ]
        return world.strikes(.flatAnswer) ? answer : ["data": [answer]]
    }

    private func exchange(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        guard call.method == "GET" else { throw .wrongMethod }
        guard call.query["grant_type"] == "ig_exchange_token" else { throw .unsupportedGrant }
        let (grant, token) = try world.judge(call.query["access_token"], at: .instagram, [.access])
        _ = try world.authenticate(grant.client, call.query["client_secret"], at: .instagram)
        guard !isLongLived(token) else { throw .unknownToken }
        return long(grant, world)
    }

    /// Neither client nor secret is asked for, and only GET will do.
    private func prolong(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        guard call.method == "GET" else { throw .wrongMethod }
        guard call.query["grant_type"] == "ig_refresh_token" else { throw .unsupportedGrant }
        let (grant, token) = try world.judge(call.query["access_token"], at: .instagram, [.access])
        guard isLongLived(token) else { throw .unknownToken }
        guard world.now - token.issued >= world.rules(of: .instagram).minimumAge else { throw .tooYoung }
        try world.demand("instagram_business_basic", of: grant)
        grant.renewedAt = world.now
        world.ledger.count(.renewals, of: .instagram)
        if world.strikes(.unchangedToken), let presented = call.query["access_token"] {
            return [
                "access_token": .text(presented), "token_type": "bearer",
                "expires_in": .integer(token.expires - world.now),
            ]
        }
        return long(grant, world)
    }

    private func long(_ grant: Grant, _ world: World) -> JSONValue {
        let life = world.rules(of: .instagram).accessLife
        let text = world.text(.access, of: grant, serial: grant.nextAccess(), expires: world.now + life)
        let answer: JSONValue = ["access_token": .text(text), "token_type": "bearer"]
        return world.strikes(.omitExpiry) ? answer : answer.adding("expires_in", .integer(life))
    }

    private func isLongLived(_ token: TokenText) -> Bool { token.expires - token.issued > 86_400 }

    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply {
        switch refused {
        case .unknownCode, .usedCode, .expiredCode, .wrongVerifier:
            return oauth("Matching code was not found or was already used")
        case .wrongRedirect:
            return oauth("Error validating verification code. Please make sure your redirect_uri is identical")
        case .wrongClient where role == .token: return oauth("Invalid Client Secret")
        case .missing(let what): return oauth("Missing required field \(what)")
        case .wrongClient: return GraphError(101, nil, "Error validating client secret.").reply(400)
        case .unsupportedGrant, .wrongMethod:
            return GraphError(100, 33, "Unsupported request - method type or grant_type").reply(400)
        case .tooYoung:
            return GraphError(10, nil, "The token is less than 24 hours old and cannot be refreshed yet.").reply(400)
        case .unknownToken, .replayed:
            return GraphError(190, nil, "Invalid OAuth access token - Cannot parse access token").reply(400)
        case .expired: return GraphError(190, 463, "Error validating access token: Session has expired.").reply(400)
        case .ended(let ending):
            let told = GraphError.ended(ending)
            return GraphError(told.code, told.subcode, told.message).reply(400)
        case .scopeMissing(let scope): return GraphError(10, nil, "(#10) Requires \(scope).").reply(403)
        case .noQuota: return GraphError(4, nil, "(#4) Application request limit reached").reply(429)
        case .notFound: return GraphError(100, 33, "Object does not exist.").reply(400)
        case .full: return GraphError(2, nil, "The simulator holds as many grants as it may (--grants).").reply(503)
        }
    }

    private func oauth(_ message: String) -> Reply {
        .json(["error_type": "OAuthException", "code": 400, "error_message": .text(message)], status: 400)
    }

    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply {
        FacebookFamily().throttled(provider, seconds)
    }

    func outage(_ provider: ProviderName, _ status: Int) -> Reply { FacebookFamily().outage(provider, status) }
}
