import Crypto
import TextForms

/// Ten further providers, which differ by a table and by how they word things.
struct FurtherFamily: Family {
    private let profiles = Dictionary(uniqueKeysWithValues: FurtherProfile.all.map { ($0.provider, $0) })

    var rules: [ProviderName: TokenRules] { profiles.mapValues(\.rules) }

    func provider(of call: Call) -> ProviderName? {
        FurtherProfile.all.first { $0.isHost(call.host) }?.provider
    }

    func shape(of provider: ProviderName) -> TokenShape { profiles[provider]?.shape ?? TokenShape() }

    func consent(at call: Call, _ provider: ProviderName) -> ConsentTerms? {
        guard let profile = profiles[provider], call.path.hasSuffix(profile.consentPath) else { return nil }
        var terms = profile.terms
        if !profile.offlineScopes.isEmpty {
            let asked = (call.query["scope"] ?? "").split(separator: " ").map(String.init)
            terms.isOffline = asked.contains(where: profile.offlineScopes.contains)
        }
        return terms
    }

    func granted(_ grant: Grant, _ code: String, _ call: Call, _ world: World) -> Callback {
        var callback = plainGranted(code, call)
        switch grant.provider {
        case .microsoft: callback.parameters.add("session_state", "sim-session")
        case .xero: callback.parameters.add("scope", grant.scopes.joined(separator: " "))
        case .quickbooks: callback.parameters.add("realmId", grant.account.children[0].id)
        case .shopify: callback.parameters = signed(callback.parameters, call, grant, world)
        default: break
        }
        return callback
    }

    func denied(_ call: Call, _ provider: ProviderName) -> Callback {
        let isLinkedIn = provider == .linkedin
        var parameters = Parameters([
            ("error", isLinkedIn ? "user_cancelled_authorize" : "access_denied"),
            ("error_description", "The user denied the request."),
        ])
        parameters.add("state", call.query["state"])
        return Callback(parameters: parameters)
    }

    func answer(_ call: Call, _ provider: ProviderName, _ world: World) throws(Refused) -> Reply {
        guard let profile = profiles[provider] else { throw .notFound }
        func isOne(of ends: [String]) -> Bool { ends.contains { call.path.hasSuffix($0) } }
        if isOne(of: profile.tokenPaths) { return try token(call, profile, world) }
        if isOne(of: profile.revocationPaths) { return try revoke(call, profile, world) }
        if isOne(of: profile.inspectionPaths) { return .json(try inspect(call, profile, world)) }
        if provider == .github, call.path.hasPrefix("/applications/") { return try application(call, world) }
        let presented = call.bearer ?? call.headers["x-shopify-access-token"] ?? call.anywhere("token")
        let (grant, _) = try world.judge(presented, at: provider)
        switch (provider, call.path) {
        case (.slack, _):
            return .json([
                "ok": true, "team": .text(grant.account.children[0].name), "team_id": .text(team(grant)),
                "user_id": .text(grant.account.id), "path": .text(call.path),
            ])
        case (.xero, "/connections"):
            let tenants = grant.account.children.map { child in
                [
                    "id": .text("sim-\(child.id)"), "tenantId": .text(child.id), "tenantType": "ORGANISATION",
                    "tenantName": .text(child.name),
                ] as JSONValue
            }
            return .json(.list(tenants))
        default: return .json(echo(call, grant))
        }
    }

    func tokens(_ issued: Issued, _ world: World) -> JSONValue {
        FurtherAnswer(issued: issued, person: nil, isRenewal: false).json
    }

    func team(_ grant: Grant) -> String { "T0SIM" + grant.account.children[0].id.suffix(6) }

    // MARK: Tokens

    private func client(
        _ call: Call, _ profile: FurtherProfile, _ world: World
    ) throws(Refused) -> String {
        let basic = call.basic
        switch profile.authentication {
        case .body:
            return try world.authenticate(call.body("client_id"), call.body("client_secret"), at: profile.provider)
        case .basic: return try world.authenticate(basic?.client, basic?.secret, at: profile.provider)
        case .any:
            return try world.authenticate(
                basic?.client ?? call.body("client_id"), basic?.secret ?? call.body("client_secret"),
                at: profile.provider)
        }
    }

    private func token(_ call: Call, _ profile: FurtherProfile, _ world: World) throws(Refused) -> Reply {
        guard call.method == "POST" else { throw .wrongMethod }
        // The old address of HubSpot ends on 2027-02-16.
        if call.path == "/oauth/v1/token", world.now >= 1_802_736_000 { throw .notFound }
        let provider = profile.provider
        let client = try client(call, profile, world)
        let answer: JSONValue
        switch call.body("grant_type") {
        case "refresh_token":
            let issued = try world.renew(call.body("refresh_token"), at: provider, client: client)
            answer = FurtherAnswer(issued: issued, person: nil, isRenewal: true).json
        case "authorization_code", nil:
            let mayOmitAddress: Set<ProviderName> = [.github, .slack, .shopify]
            let redirectURI = call.body("redirect_uri") ?? (mayOmitAddress.contains(provider) ? nil : "")
            let issued = try world.redeem(
                call.body("code"), at: provider, client: client, redirectURI: redirectURI,
                verifier: call.body("code_verifier"), isLasting: provider == .shopify && call.body("expiring") != "1")
            let person = provider == .slack ? try world.beginPerson(beside: issued.grant) : nil
            answer = FurtherAnswer(issued: issued, person: person, isRenewal: false).json
        default: throw .unsupportedGrant
        }
        return worded(answer, call, provider)
    }

    /// GitHub answers in a form unless it is asked for JSON.
    private func worded(_ answer: JSONValue, _ call: Call, _ provider: ProviderName) -> Reply {
        guard provider == .github, call.headers["accept"]?.contains("json") != true,
            case .object(let members) = answer
        else { return .json(answer) }
        return .form(Parameters(members.map { ($0.name, $0.value.parameter ?? "") }))
    }

    private func revoke(_ call: Call, _ profile: FurtherProfile, _ world: World) throws(Refused) -> Reply {
        let provider = profile.provider
        if provider != .salesforce, provider != .slack { _ = try client(call, profile, world) }
        let presented = call.anywhere("token") ?? call.bearer
        let (grant, _) = try world.read(presented, [.access, .refresh], at: provider)
        try world.live(grant, world.rules(of: provider))
        world.revoke(grant, isWhole: provider == .xero)
        return provider == .slack ? .json(["ok": true, "revoked": true]) : .json([:])
    }

    private func inspect(_ call: Call, _ profile: FurtherProfile, _ world: World) throws(Refused) -> JSONValue {
        _ = try client(call, profile, world)
        world.ledger.count(.inspections, of: profile.provider)
        do throws(Refused) {
            let (grant, token) = try world.judge(call.body("token"), at: profile.provider)
            return [
                "active": true, "scope": .text(grant.scopes.joined(separator: " ")), "client_id": .text(grant.client),
                "exp": .integer(token.expires), "iat": .integer(token.issued),
            ]
        } catch {
            return ["active": false]
        }
    }

    /// GitHub's check of a token, and its ends, by client id and secret.
    private func application(_ call: Call, _ world: World) throws(Refused) -> Reply {
        let client = try world.authenticate(call.basic?.client, call.basic?.secret, at: .github)
        let (grant, _) = try world.judge(call.json?["access_token"]?.string, at: .github)
        guard grant.client == client else { throw .unknownToken }
        guard call.method == "DELETE" else {
            world.ledger.count(.inspections, of: .github)
            return .json([
                "id": .integer(grant.number),
                "user": ["login": .text(grant.account.name), "id": .text(grant.account.id)],
            ])
        }
        world.revoke(grant, isWhole: call.path.hasSuffix("/grant"))
        return Reply(status: 204, headers: [], body: "")
    }

    /// Shopify signs what the browser brings back, if the client's secret is known.
    private func signed(_ parameters: Parameters, _ call: Call, _ grant: Grant, _ world: World) -> Parameters {
        var parameters = parameters
        parameters.add("shop", call.host)
        parameters.add("timestamp", String(world.now))
        guard let secret = world.clients.secret(of: grant.client, at: .shopify) else { return parameters }
        let message = parameters.pairs.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value)" }.joined(
            separator: "&")
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(message.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        parameters.add("hmac", Hexadecimal.text(code))
        return parameters
    }

    func refusal(_ refused: Refused, _ provider: ProviderName, _ role: Role) -> Reply {
        FurtherRefusal(provider: provider, role: role).reply(refused)
    }

    func throttled(_ provider: ProviderName, _ seconds: Int) -> Reply {
        let reply: Reply =
            switch provider {
            case .slack: .json(["ok": false, "error": "ratelimited"], status: 429)
            case .hubspot:
                .json(
                    ["status": "error", "message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT"],
                    status: 429)
            case .notion:
                .json(
                    ["object": "error", "status": 429, "code": "rate_limited", "message": "Slow down."], status: 429)
            default: .json(["error": "too_many_requests"], status: 429)
            }
        return reply.with("Retry-After", String(seconds))
    }
}
