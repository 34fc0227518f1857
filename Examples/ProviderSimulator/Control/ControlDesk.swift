/// Answers below `/_simulator`: what is nobody's provider, but ours.
struct ControlDesk {
    let world: World

    func answer(_ call: Call) -> Reply {
        let parts = call.path.split(separator: "/").map(String.init)
        switch (call.method, parts.first ?? "") {
        case ("GET", ""): return .json(["help": .text(Self.help)])
        case ("GET", "clock"): return .json(clock)
        case ("POST", "clock"): return setClock(call.json ?? .null)
        case ("GET", "faults"): return .json(["faults": .list(world.faults.all.prefix(1000).map(\.json))])
        case ("POST", "faults"): return setFaults(call.json ?? .null)
        case ("DELETE", "faults"): return removeFaults(parts.dropFirst().first)
        case ("GET", "ledger"): return ledger(parts.dropFirst().first, call.query)
        case ("DELETE", "ledger"):
            world.ledger.clear()
            return .json(["cleared": true])
        case ("GET", "rules"), ("POST", "rules"): return rules(parts.dropFirst().first, call)
        case ("POST", "clients"): return register(call.json ?? .null)
        case ("POST", "grants"): return makeGrants(call.json ?? .null)
        case ("GET", "accounts"): return account(call.query)
        case ("POST", "push"): return PushDesk(world: world).answer(call.json ?? .null)
        case ("POST", "reset"):
            world.forget()
            return .json(["reset": true])
        default: return problem("There is no \(call.method) \(call.path) here. \(Self.help)", status: 404)
        }
    }

    private static let help =
        "clock, faults, ledger, ledger/requests, ledger/token, rules/{provider}, clients, grants, accounts, push, reset"

    // MARK: Clock

    private var clock: JSONValue {
        [
            "now": .integer(world.now), "time": .text(HTTPDate(world.now).rfc3339),
            "running": .bool(world.clock.isRunning),
        ]
    }

    private func setClock(_ body: JSONValue) -> Reply {
        if let seconds = Span.seconds(body["advance"]) {
            world.clock.advance(by: seconds)
        } else if body["set"]?.string == "real" {
            world.clock = SimulatedClock()
        } else if let set = body["set"], let time = set.integer ?? set.string.flatMap(HTTPDate.seconds) {
            world.clock.set(to: time, isRunning: body["running"]?.isTrue ?? false)
        } else if body["running"] != nil {
            world.clock.set(to: world.now, isRunning: body["running"]?.isTrue ?? false)
        } else {
            return problem(
                #"Send {"advance": "60d"}, {"set": "2026-11-29T18:00:00Z"}, {"set": "real"} or {"running": false}."#)
        }
        return .json(clock)
    }

    // MARK: Faults

    /// One, or a list under `faults`.
    private func setFaults(_ body: JSONValue) -> Reply {
        guard case .list(let list)? = body["faults"] else { return setFault(body) }
        var set: [JSONValue] = []
        for one in list {
            let reply = setFault(one)
            guard reply.status < 300 else { return reply }
            set.append(JSONValue(parsing: Array(reply.body.utf8)) ?? .null)
        }
        return .json(["faults": .list(set)], status: 201)
    }

    private func setFault(_ body: JSONValue) -> Reply {
        guard let kind = body["kind"]?.string.flatMap(Fault.Kind.init) else {
            return problem("kind is one of: " + Fault.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard let provider = provider(body["provider"]?.string) else { return unknownProvider }
        if let role = body["role"]?.string, Role(rawValue: role) == nil {
            return problem("role is one of: " + Role.allCases.map(\.rawValue).joined(separator: ", "))
        }
        if let unknown = Fault.unknownTerm(in: body) { return problem("Not understood: \(unknown)") }
        let fault = Fault(id: world.faults.nextID(), kind: kind, provider: provider, body, now: world.now)
        guard kind.isEvent else {
            guard world.faults.count < Faults.most else { return problem("There are \(Faults.most) faults already.") }
            world.faults.add(fault)
            return .json(fault.json, status: 201)
        }
        let struck = world.grants(struckBy: fault)
        for grant in struck { happen(fault, to: grant) }
        return .json(["kind": .text(kind.rawValue), "struck": .integer(struck.count)], status: 201)
    }

    private func happen(_ fault: Fault, to grant: Grant) {
        if let ending = fault.kind.ending {
            grant.ending = grant.ending ?? ending
        } else if fault.kind == .healed {
            grant.ending = nil
            grant.scopes = grant.asked
        } else {
            grant.scopes.removeAll { fault.scope == nil || $0 == fault.scope }
        }
    }

    private func removeFaults(_ id: String?) -> Reply {
        guard let id else {
            world.faults.removeAll()
            return .json(["removed": "all"])
        }
        guard let number = Int(id), world.faults.remove(number) else {
            return problem("There is no fault \(id).", status: 404)
        }
        return .json(["removed": .integer(number)])
    }

    // MARK: Ledger

    private func ledger(_ part: String?, _ query: Parameters) -> Reply {
        var wanted: ProviderName?
        if let name = query["provider"] {
            guard let provider = provider(name) else { return unknownProvider }
            wanted = provider
        }
        switch part {
        case nil: return .json(world.ledger.json(wanted, now: world.now))
        case "requests":
            let role = query["role"].flatMap(Role.init)
            let lines = world.ledger.requests(query["most"].flatMap { Int($0) } ?? 100) { line in
                (wanted == nil || line.provider == wanted) && (role == nil || line.role == role)
                    && (query["client_id"].map { $0 == line.client } ?? true)
                    && (query["account"].map { $0 == line.account } ?? true)
                    && (query["who"].map { $0 == line.who } ?? true)
            }
            return .json(["requests": .list(lines.map(\.json))])
        case "token": return token(query["token"])
        default: return problem("The ledger has requests and token.", status: 404)
        }
    }

    /// What became of a token.
    private func token(_ text: String?) -> Reply {
        guard let text, let token = TokenText(in: text, world.seed), let grant = world.grant(token.grant) else {
            return problem("This is no token of this simulator.", status: 404)
        }
        let isOld = token.kind == .refresh && token.serial < grant.refreshSerial
        let spending = grant.spendings[token.serial]
        let spent = token.kind == .refresh ? spending?.count ?? (isOld ? 1 : 0) : 0
        return .json([
            "provider": .text(grant.provider.rawValue), "account": .text(grant.account.id),
            "client_id": .text(grant.client), "grant": .integer(grant.number),
            "kind": .text(String(token.kind.rawValue)),
            "issued": .integer(token.issued), "expires": .integer(token.expires), "spent": .integer(spent),
            "replaced": .bool(isOld), "first_response": spending?.isLost ?? false ? "lost" : "delivered",
            "ending": grant.ending.map { .text($0.rawValue) } ?? .null, "scopes": .list(grant.scopes),
        ])
    }

    // MARK: Rules, clients, grants, accounts

    private func rules(_ name: String?, _ call: Call) -> Reply {
        guard let provider = provider(name), var rules = world.rules[provider] else { return unknownProvider }
        guard call.method == "POST", let body = call.json else { return .json(rules.json) }
        if let preset = body["preset"]?.string {
            switch (provider, preset) {
            case (_, "current"): rules = world.families.rules[provider] ?? rules
            case (.tiktok, "older"): rules = TikTokFamily.older
            default: return problem("preset is current, or for tiktok older.")
            }
        }
        if let unknown = rules.change(by: body.dropping("preset")) { return problem("Not understood: \(unknown)") }
        world.rules[provider] = rules
        return .json(rules.json)
    }

    private func register(_ body: JSONValue) -> Reply {
        guard let provider = provider(body["provider"]?.string) else { return unknownProvider }
        let secrets = body["secrets"]?.strings ?? body["secret"]?.string.map { [$0] } ?? []
        guard let client = body["client_id"]?.parameter, !secrets.isEmpty else {
            return problem("client_id and secret, or secrets, are missing.")
        }
        let uris = body["redirect_uris"]?.strings ?? []
        guard world.clients.register(provider, client, secrets: secrets, redirectURIs: uris) else {
            return problem("There are \(Clients.most) clients already.")
        }
        return .json(["provider": .text(provider.rawValue), "client_id": .text(client)], status: 201)
    }

    /// Grants as if their accounts had approved and the code had been exchanged: what another system would hand over.
    private func makeGrants(_ body: JSONValue) -> Reply {
        guard let provider = provider(body["provider"]?.string), let family = world.families.family(of: provider) else {
            return unknownProvider
        }
        guard let client = body["client_id"]?.parameter else { return problem("client_id is missing.") }
        let count = body["count"]?.integer ?? 1
        let first = body["first_account"]?.integer ?? 1
        guard (1...10_000).contains(count), (1...900_000_000).contains(first) else {
            return problem("count is 1 to 10000, first_account 1 or more.")
        }
        let scopes = body["scopes"]?.strings ?? Self.scopes(of: provider)
        var made: [JSONValue] = []
        for number in first..<(first + count) {
            let account = Account(provider, number, seed: world.seed)
            world.attend(provider, .token, account: account, client: client)
            let wish = ConsentWish(
                provider: provider, client: client, account: number, asked: scopes, scopes: scopes, children: nil,
                redirectURI: "", challenge: nil, isOffline: world.rules(of: provider).refreshLife != nil)
            do throws(Refused) {
                let grant = try world.consent(wish).grant
                let issued = world.begin(grant)
                made.append([
                    "account": .text(account.id), "number": .integer(number), "grant": .integer(grant.number),
                    "tokens": family.tokens(issued, world),
                ])
            } catch {
                return problem("The simulator holds as many grants as it may (--grants).", status: 503)
            }
        }
        return .json(["grants": .list(made)], status: 201)
    }

    private static func scopes(of provider: ProviderName) -> [String] {
        switch provider {
        case .facebook: ["public_profile", "pages_show_list", "pages_read_engagement", "business_management"]
        case .instagram: ["instagram_business_basic"]
        case .google: ["openid", "email", "https://www.googleapis.com/auth/business.manage"]
        case .tiktok, .tiktokBusiness: ["user.info.basic"]
        case .tiktokAdvertiser: ["ad.read", "report.read"]
        case .github, .slack, .microsoft, .salesforce, .hubspot, .shopify, .linkedin, .xero, .quickbooks, .notion:
            ["read"]
        }
    }

    private func account(_ query: Parameters) -> Reply {
        guard let provider = provider(query["provider"]) else { return unknownProvider }
        guard let person = world.person(query["account"] ?? "1", at: provider) else {
            return problem("No such account.", status: 404)
        }
        let account = Account(provider, person.number, seed: world.seed)
        let children = account.children.map { child in
            ["id": .text(child.id), "name": .text(child.name), "further": .text(child.further)] as JSONValue
        }
        return .json([
            "provider": .text(provider.rawValue), "number": .integer(account.number), "id": .text(account.id),
            "name": .text(account.name), "email": .text(account.email), "children": .list(children),
            "grants": .list(
                world.grants(of: person).map { grant in
                    [
                        "grant": .integer(grant.number), "client_id": .text(grant.client),
                        "scopes": .list(grant.scopes), "ending": grant.ending.map { .text($0.rawValue) } ?? .null,
                    ]
                }),
        ])
    }

    // MARK: Problems

    private func provider(_ name: String?) -> ProviderName? { name.flatMap(ProviderName.init) }

    private var unknownProvider: Reply {
        problem("provider is one of: " + ProviderName.allCases.map(\.rawValue).joined(separator: ", "))
    }

    private func problem(_ text: String, status: Int = 400) -> Reply { .json(["error": .text(text)], status: status) }
}
