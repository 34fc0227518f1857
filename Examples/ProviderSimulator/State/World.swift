/// All that the simulator knows. Nothing of it outlives the process.
final class World {
    let options: SimulatorOptions
    let seed: UInt64
    let families = Families()
    var clock: SimulatedClock
    var rules: [ProviderName: TokenRules]
    var clients = Clients()
    var faults: Faults
    var ledger = Ledger()
    let googleKey: GoogleKey
    /// Whom the request is about that is being answered.
    private(set) var subject = Subject(provider: .facebook, role: .api)
    /// Who sent it.
    private(set) var caller = ""

    private var grants: [Grant] = []
    /// The numbers of a person's grants, in their order.
    private var grantsOf: [Person: [Int]] = [:]
    /// People by the identifiers of their accounts.
    private var people: [String: Person] = [:]

    init(_ options: SimulatorOptions) {
        self.options = options
        seed = options.seed
        clock = options.clock
        faults = Faults(seed: seed)
        rules = families.rules
        googleKey = GoogleKey()
    }

    var now: Int { clock.now }

    func rules(of provider: ProviderName) -> TokenRules { rules[provider] ?? TokenRules(accessLife: 3600) }

    /// Forgets everything but the clock, the clients and the rules.
    func forget() {
        grants = []
        grantsOf = [:]
        people = [:]
        faults.removeAll()
        ledger.clear()
    }

    // MARK: Requests

    /// Answers a request to a provider.
    func answer(_ call: Call) -> Reply {
        guard let (family, provider) = families.provider(of: call) else {
            return .text("No provider of this simulator has the host \(call.host). GET / lists them.", status: 404)
        }
        subject = subject(of: call, provider)
        caller = call.caller
        let terms = family.consent(at: call, provider)
        if terms != nil { subject.role = .consent }
        if let fault = faults.strike([.serverError, .rateLimited, .timeOut, .reset, .unparsable], subject, now: now) {
            let reply = instead(fault, family, provider)
            note(call, reply, fault.kind)
            return reply
        }
        var reply: Reply
        do throws(Refused) {
            if let terms {
                reply = ConsentDesk(world: self, family: family, provider: provider, terms: terms).answer(call)
            } else {
                if subject.role == .api, strikes(.quotaZero) { throw .noQuota }
                reply = try family.answer(call, provider, self)
            }
        } catch {
            ledger.count(.refusals, of: provider)
            reply = family.refusal(error, provider, subject.role)
        }
        let after = faults.strike([.loseResponse, .delay, .wrongDate], subject, now: now)
        if let after { spoil(&reply, after) }
        note(call, reply, after?.kind)
        return reply
    }

    /// Answers as if a request to a provider were there, for what the control address makes.
    func attend(_ provider: ProviderName, _ role: Role, account: Account? = nil, client: String?) {
        subject = Subject(provider: provider, role: role, account: account, client: client)
    }

    /// Whether one of the switches that stand strikes the request that is being answered.
    func strikes(_ kind: Fault.Kind) -> Bool { faults.strike([kind], subject, now: now) != nil }

    func strike(_ kind: Fault.Kind) -> Fault? { faults.strike([kind], subject, now: now) }

    private func instead(_ fault: Fault, _ family: any Family, _ provider: ProviderName) -> Reply {
        switch fault.kind {
        case .rateLimited: return family.throttled(provider, max(1, fault.seconds ?? 30))
        case .timeOut:
            var reply = Reply.text("", status: 504)
            reply.delivery = .lost
            reply.delay = Self.milliseconds(fault.seconds ?? 30)
            return reply
        case .reset:
            var reply = Reply.text("", status: 502)
            reply.delivery = .lost
            return reply
        case .unparsable: return .page("<!doctype html><title>Sorry</title><p>Something went wrong. Try again.")
        default: return family.outage(provider, fault.status)
        }
    }

    private func spoil(_ reply: inout Reply, _ fault: Fault) {
        switch fault.kind {
        case .loseResponse:
            reply.delivery = .lost
            reply.delay = Self.milliseconds(fault.seconds ?? 0)
            if let text = subject.token, let token = TokenText(in: text, seed), let grant = grant(token.grant),
                token.kind == .refresh
            {
                grant.lose(token.serial)
            }
        case .delay: reply.delay = Self.milliseconds(fault.seconds ?? 30)
        default: reply.dateShift = fault.seconds ?? 3600
        }
    }

    /// No wait is longer than five minutes.
    private static func milliseconds(_ seconds: Int) -> Int { min(max(seconds, 0), 300) * 1000 }

    private func note(_ call: Call, _ reply: Reply, _ fault: Fault.Kind?) {
        let isLost =
            switch reply.delivery {
            case .whole: false
            case .lost: true
            }
        ledger.note(
            Ledger.Line(
                at: now, provider: subject.provider, role: subject.role, method: call.method,
                path: "/\(call.host)\(call.path)", client: subject.client, account: subject.account?.id,
                who: caller, status: reply.status, isLost: isLost, fault: fault))
    }

    private func subject(of call: Call, _ provider: ProviderName) -> Subject {
        var subject = Subject(provider: provider, role: Role(of: call))
        subject.client = Self.client(of: call)
        let names = [
            "refresh_token", "fb_exchange_token", "input_token", "code", "auth_code", "token", "access_token",
        ]
        let headers = [call.bearer, call.headers["access-token"], call.headers["x-shopify-access-token"]]
        for text in names.lazy.map({ call.anywhere($0) }) + headers {
            guard let text, let token = TokenText(in: text, seed), let grant = grant(token.grant) else { continue }
            subject.token = text
            subject.account = grant.account
            subject.client = subject.client ?? grant.client
            return subject
        }
        return subject
    }

    static func client(of call: Call) -> String? {
        ["client_id", "client_key", "app_id"].lazy.compactMap { call.anywhere($0) }.first ?? call.basic?.client
    }

    // MARK: Grants

    func grant(_ number: Int) -> Grant? { grants.indices.contains(number) ? grants[number] : nil }

    /// The live and ended grants of a person to a client, in their order.
    func grants(of person: Person, to client: String? = nil) -> [Grant] {
        (grantsOf[person] ?? []).map { grants[$0] }.filter { client == nil || $0.client == client }
    }

    func add(_ make: (Int) -> Grant) throws(Refused) -> Grant {
        guard grants.count < options.mostGrants else { throw .full }
        let grant = make(grants.count)
        grants.append(grant)
        index(grant)
        return grant
    }

    /// Makes a grant findable by its account.
    func index(_ grant: Grant) {
        let person = Person(provider: grant.provider, number: grant.account.number)
        people["\(grant.provider.rawValue) \(grant.account.id)"] = person
        var numbers = grantsOf[person] ?? []
        if numbers.count >= 512 { numbers.removeAll { grants[$0].ending != nil } }
        numbers.append(grant.number)
        grantsOf[person] = numbers
    }

    /// The person with an account's identifier or number.
    func person(_ account: String, at provider: ProviderName) -> Person? {
        if let person = people["\(provider.rawValue) \(account)"] { return person }
        guard let number = Int(account), account.utf8.count < 10, number > 0 else { return nil }
        return Person(provider: provider, number: number)
    }

    /// The grants that an event names: by token, by account, or all of the provider.
    func grants(struckBy fault: Fault) -> [Grant] {
        let struck: [Grant]
        if let text = fault.token {
            struck = TokenText(in: text, seed).flatMap { grant($0.grant) }.map { [$0] } ?? []
        } else if let account = fault.account {
            struck = person(account, at: fault.provider).map { grants(of: $0) } ?? []
        } else {
            struck = grants
        }
        return struck.filter { grant in
            grant.provider == fault.provider && (fault.client.map { $0 == grant.client } ?? true)
        }
    }
}
