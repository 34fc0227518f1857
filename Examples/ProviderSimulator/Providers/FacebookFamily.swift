import Crypto
import TextForms

/// Facebook Login with pages: the Graph API's way to long-lived tokens, its inspection and its permissions.
struct FacebookFamily: Family {
    let rules: [ProviderName: TokenRules] = [.facebook: TokenRules(accessLife: 60 * 86_400, firstLife: 3600)]

    /// Seconds after the consent at which the data of somebody who was not there is closed.
    private static let dataAccess = 90 * 86_400

    func provider(of call: Call) -> ProviderName? {
        ["www.facebook.com", "graph.facebook.com"].contains(call.host) ? .facebook : nil
    }

    func shape(of provider: ProviderName) -> TokenShape {
        TokenShape(code: ("AQ", ""), access: "EAA", refresh: "")
    }

    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms? {
        guard call.host == "www.facebook.com", GraphPath(call.path).rest == "/dialog/oauth" else { return nil }
        return ConsentTerms(
            separator: ",", mayUntick: true, offersChildren: true, isOffline: false, defaultScopes: ["public_profile"])
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback {
        var callback = plainGranted(code, call)
        callback.fragment = "#_=_"
        return callback
    }

    func denied(_ call: Call, _ provider: ProviderName) -> Callback {
        var parameters = Parameters([
            ("error", "access_denied"), ("error_code", "200"), ("error_description", "Permissions error"),
            ("error_reason", "user_denied"),
        ])
        parameters.add("state", call.query["state"])
        return Callback(parameters: parameters, fragment: "#_=_")
    }

    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply {
        guard call.host == "graph.facebook.com" else { throw .notFound }
        let path = GraphPath(call.path)
        switch path.rest {
        case "/oauth/access_token": return .json(try accessToken(call, world))
        case "/debug_token": return .json(try inspect(call, world))
        default: break
        }
        let presented = call.anywhere("access_token") ?? call.bearer
        let (grant, token) = try world.judge(presented, at: .facebook)
        try prove(call, presented, grant, world)
        let parts = path.parts
        switch (call.method, parts.dropFirst().first) {
        case ("GET", "accounts") where isSelf(parts[0], grant):
            guard world.now < grant.consentedAt + Self.dataAccess else { throw .expired }
            return .json(pages(call, grant, token, world, path))
        case ("GET", "permissions") where isSelf(parts[0], grant): return .json(permissions(grant))
        case ("DELETE", "permissions") where isSelf(parts[0], grant):
            if parts.count > 2 {
                grant.scopes.removeAll { $0 == parts[2] }
                world.ledger.count(.revocations, of: .facebook)
            } else {
                world.revoke(grant, isWhole: true)
            }
            return .json(["success": true])
        case ("GET", nil) where isSelf(parts.first ?? "", grant):
            return .json(me(grant, token))
        case ("GET", nil):
            guard let child = grant.account.children.first(where: { $0.id == parts.first }) else { throw .notFound }
            return .json(["id": .text(child.id), "name": .text(child.name)])
        default: return .json(echo(call, grant))
        }
    }

    func tokens(_ issued: Issued, _ world: World) -> JSONValue {
        let long = longLived(issued.grant, world)
        return ["access_token": .text(long.text), "token_type": "bearer", "expires_in": .integer(long.life)]
    }

    // MARK: Tokens

    private func accessToken(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        let client = try world.authenticate(
            call.anywhere("client_id"), call.anywhere("client_secret"), at: .facebook)
        switch call.anywhere("grant_type") {
        case "fb_exchange_token": return try exchange(call, client, world)
        case "client_credentials":
            return ["access_token": .text("\(client)|\(call.anywhere("client_secret") ?? "")"), "token_type": "bearer"]
        case nil, "authorization_code": break
        default: throw .unsupportedGrant
        }
        let issued = try world.redeem(
            call.anywhere("code"), at: .facebook, client: client,
            redirectURI: call.anywhere("redirect_uri") ?? "", verifier: call.anywhere("code_verifier"))
        let answer: JSONValue = ["access_token": .text(issued.access), "token_type": "bearer"]
        return answer.adding("expires_in", issued.expiresIn)
    }

    /// A short-lived token, or one that is not over yet, for one of sixty days.
    private func exchange(_ call: Call, _ client: String, _ world: World) throws(Refused) -> JSONValue {
        guard let presented = call.anywhere("fb_exchange_token") else { throw .missing("fb_exchange_token") }
        let (grant, token) = try world.judge(presented, at: .facebook, [.access])
        guard grant.client == client else { throw .unknownToken }
        world.ledger.count(.renewals, of: .facebook)
        grant.renewedAt = world.now
        if world.strikes(.unchangedToken), isLongLived(token) {
            return [
                "access_token": .text(presented), "token_type": "bearer",
                "expires_in": .integer(token.expires - world.now),
            ]
        }
        let long = longLived(grant, world)
        let answer: JSONValue = ["access_token": .text(long.text), "token_type": "bearer"]
        return world.strikes(.omitExpiry) ? answer : answer.adding("expires_in", .integer(long.life))
    }

    private func longLived(_ grant: Grant, _ world: World) -> (text: String, life: Int) {
        let life = world.rules(of: .facebook).accessLife
        let expires = life == 0 ? 0 : world.now + life
        return (world.text(.access, of: grant, serial: grant.nextAccess(), expires: expires), life)
    }

    private func isLongLived(_ token: TokenText) -> Bool { token.expires == 0 || token.expires - token.issued > 86_400 }

    private func prove(_ call: Call, _ presented: String?, _ grant: Grant, _ world: World) throws(Refused) {
        guard let proof = call.anywhere("appsecret_proof") else { return }
        guard let secret = world.clients.secret(of: grant.client, at: .facebook), let presented else { return }
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(presented.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        guard proof == Hexadecimal.text(code) else { throw .missing("a valid appsecret_proof") }
    }

    // MARK: What a token tells

    private func inspect(_ call: Call, _ world: World) throws(Refused) -> JSONValue {
        let halves = (call.anywhere("access_token") ?? call.bearer ?? "").split(separator: "|", maxSplits: 1)
        var client: String?
        if halves.count == 2 {
            client = try world.authenticate(String(halves[0]), String(halves[1]), at: .facebook)
        } else {
            client = try world.judge(call.anywhere("access_token"), at: .facebook).grant.client
        }
        world.ledger.count(.inspections, of: .facebook)
        let (grant, token): (Grant, TokenText)
        do throws(Refused) {
            (grant, token) = try world.judge(call.anywhere("input_token"), at: .facebook)
            guard grant.client == client else { throw .unknownToken }
        } catch {
            let told = graphError(error)
            let problem: JSONValue = ["code": .integer(told.code), "message": .text(told.message)]
            return [
                "data": [
                    "error": problem.adding("subcode", told.subcode.map { .integer($0) }), "is_valid": false,
                    "scopes": [],
                ]
            ]
        }
        let pages = grant.children.map { JSONValue.text(grant.account.children[$0].id) }
        let granular = grant.scopes.filter { $0.hasPrefix("pages_") }.map { scope in
            ["scope": .text(scope), "target_ids": .list(pages)] as JSONValue
        }
        var data: JSONValue = [
            "app_id": .text(grant.client), "type": token.kind == .page ? "PAGE" : "USER",
            "application": "Simulated app", "data_access_expires_at": .integer(grant.consentedAt + Self.dataAccess),
            "expires_at": .integer(token.expires), "is_valid": true,
        ]
        if isLongLived(token) { data = data.adding("issued_at", .integer(token.issued)) }
        if token.kind == .page, grant.account.children.indices.contains(token.part) {
            data = data.adding("profile_id", .text(grant.account.children[token.part].id))
        }
        return [
            "data": data.adding("scopes", .list(grant.scopes)).adding("granular_scopes", .list(granular))
                .adding("user_id", .text(grant.account.id))
        ]
    }

    private func me(_ grant: Grant, _ token: TokenText) -> JSONValue {
        if token.kind == .page, grant.account.children.indices.contains(token.part) {
            let page = grant.account.children[token.part]
            return ["id": .text(page.id), "name": .text(page.name)]
        }
        return ["id": .text(grant.account.id), "name": .text(grant.account.name)]
    }

    private func permissions(_ grant: Grant) -> JSONValue {
        let rows = grant.asked.map { scope in
            [
                "permission": .text(scope), "status": grant.scopes.contains(scope) ? "granted" : "declined",
            ] as JSONValue
        }
        return ["data": .list(rows)]
    }

    /// Page tokens made from a long-lived token never end by themselves; those from a short-lived one end with it.
    private func pages(
        _ call: Call, _ grant: Grant, _ token: TokenText, _ world: World, _ path: GraphPath
    ) -> JSONValue {
        guard grant.scopes.contains("pages_show_list") else { return ["data": []] }
        let fields = (call.query["fields"] ?? "id,name,access_token,tasks,category")
            .split(separator: ",").map { String($0.prefix { $0 != "{" }) }
        let limit = min(max(call.query["limit"].flatMap { Int($0) } ?? 25, 1), 100)
        let start = call.query["after"].flatMap { Int($0.dropFirst("sim-after-".count)) } ?? 0
        let places = grant.children.filter { grant.account.children.indices.contains($0) }
        let shown = places.dropFirst(max(0, start)).prefix(limit)
        let tellsTokens =
            grant.scopes.contains("pages_read_engagement") || !grant.asked.contains("pages_read_engagement")
        let rows = shown.map { place -> JSONValue in
            let page = grant.account.children[place]
            let text = world.text(
                .page, of: grant, serial: 0, issued: token.issued, expires: isLongLived(token) ? 0 : token.expires,
                part: place)
            let all: [JSONValue.Member] = [
                .init(name: "access_token", value: .text(text)), .init(name: "category", value: "Local business"),
                .init(name: "category_list", value: [["id": "2500", "name": "Local business"]]),
                .init(name: "name", value: .text(page.name)), .init(name: "id", value: .text(page.id)),
                .init(
                    name: "tasks", value: ["ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"]),
                .init(name: "instagram_business_account", value: ["id": .text(page.further)]),
            ]
            return .object(
                all.filter { member in
                    (member.name == "id" || fields.contains(member.name))
                        && (member.name != "access_token" || tellsTokens)
                })
        }
        let end = start + shown.count
        let cursors: JSONValue = ["before": .text("sim-after-\(start)"), "after": .text("sim-after-\(end)")]
        let paging: JSONValue = ["cursors": cursors]
        guard end < places.count else { return ["data": .list(rows), "paging": paging] }
        var next = Parameters(call.query.pairs.filter { $0.name != "after" }.map { ($0.name, $0.value) })
        next.add("after", "sim-after-\(end)")
        let address = "https://graph.facebook.com\(path.version)/\(path.parts.joined(separator: "/"))?\(next.encoded)"
        return ["data": .list(rows), "paging": paging.adding("next", .text(address))]
    }

    private func isSelf(_ part: String, _ grant: Grant) -> Bool { part == "me" || part == grant.account.id }

    // MARK: Errors

    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply {
        let told = graphError(refused)
        return GraphError(told.code, told.subcode, told.message).reply(refused.isForbidden ? 403 : 400)
    }

    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply {
        let usage: JSONValue = ["call_count": 100, "total_cputime": 25, "total_time": 25]
        let business: JSONValue = [
            "0": [
                [
                    "type": "pages", "call_count": 100, "total_cputime": 25, "total_time": 25,
                    "estimated_time_to_regain_access": .integer((seconds + 59) / 60),
                ]
            ]
        ]
        return GraphError(32, nil, "(#32) Page request limit reached").reply(429)
            .with("X-App-Usage", usage.description).with("X-Business-Use-Case-Usage", business.description)
    }

    func outage(_ provider: ProviderName, _ status: Int) -> Reply {
        GraphError(2, nil, "An unexpected error has occurred. Please retry your request later.").reply(status)
    }

    private func graphError(_ refused: Refused) -> (code: Int, subcode: Int?, message: String) {
        switch refused {
        case .missing(let what): (100, nil, "Missing or invalid: \(what)")
        case .wrongClient: (1, nil, "Error validating client secret.")
        case .unknownCode, .wrongVerifier: (100, 36_007, "Invalid verification code format.")
        case .usedCode: (100, 36_009, "This authorization code has been used.")
        case .expiredCode: (100, 36_007, "This authorization code has expired.")
        case .wrongRedirect:
            (100, 36_008, "Error validating verification code. Please make sure your redirect_uri is identical")
        case .unsupportedGrant: (100, nil, "Unsupported grant_type.")
        case .unknownToken, .replayed, .tooYoung: (190, nil, "Invalid OAuth access token - Cannot parse access token")
        case .expired: (190, 463, "Error validating access token: Session has expired.")
        case .ended(let ending): GraphError.ended(ending)
        case .scopeMissing(let scope): (200, nil, "(#200) Requires \(scope) permission")
        case .noQuota: (4, nil, "(#4) Application request limit reached")
        case .notFound: (100, 33, "Unsupported get request. Object does not exist.")
        case .wrongMethod: (100, nil, "Unsupported request method.")
        case .full: (2, nil, "The simulator holds as many grants as it may (--grants).")
        }
    }
}

extension Refused {
    fileprivate var isForbidden: Bool {
        if case .scopeMissing = self { true } else { false }
    }
}
