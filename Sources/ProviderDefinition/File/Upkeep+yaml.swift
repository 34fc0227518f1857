import DefinitionFile

extension ScheduledPromise {
    init(_ entry: FileEntry, of provider: PartialProvider) throws(DefinitionError) {
        typealias Key = ProviderKeys.Promise
        let section = try Section(entry, keys: Key.spellings)
        self.init(
            name: try section.required(Key.id).ownName(), due: try Due(section, of: provider),
            action: try Action(section, of: provider))
    }
}

/// What of a provider the promises and the probe are held against.
struct PartialProvider {
    let renewal: Renewal
    let lifetimes: TokenLifetimes
    let steps: [ChainStep]
    let answers: [AnswerMap]

    /// Whether there is an end of that kind to count to.
    func has(_ clock: ScheduledPromise.Clock) -> Bool {
        switch clock {
        case .accessToken: lifetimes.access != .endless
        case .refreshToken:
            if case .refreshToken = renewal.grant { true } else { false }
        case .dataAccess: lifetimes.dataAccess != nil || answers.contains { $0.dataAccessExpiry != nil }
        case .hardCap: lifetimes.hardCap != nil
        case .inactivity: lifetimes.refreshInactivity != nil
        }
    }
}

extension ScheduledPromise.Due {
    fileprivate init(_ section: Section, of provider: PartialProvider) throws(DefinitionError) {
        typealias Key = ProviderKeys.Promise
        switch (section[Key.every], section[Key.maximumAge], section[Key.before], section[Key.of]) {
        case (let every?, nil, nil, nil): self = .every(seconds: try every.span(from: 60))
        case (nil, let age?, let before?, nil):
            let maximum = try age.span()
            let lead = try before.span()
            guard lead < maximum else { throw before.error("must be shorter than max_age") }
            self = .age(maximum: maximum, before: lead)
        case (nil, nil, let before?, let end?):
            let clock = try end.word(ScheduledPromise.Clock.self, of: "end")
            guard provider.has(clock) else {
                throw end.error("this provider's file says no end of \(clock.rawValue)")
            }
            self = .before(try before.margin(), of: clock)
        case (_, _, _, _):
            throw section.entry.error("must have either every, or before and of, or max_age and before")
        }
    }
}

extension ScheduledPromise.Action {
    fileprivate init(_ section: Section, of provider: PartialProvider) throws(DefinitionError) {
        typealias Key = ProviderKeys.Promise
        enum Word: String, CaseIterable { case renew, warn }
        let entry = try section.required(Key.do)
        switch try entry.word(Word.self, of: "action") {
        case .renew:
            guard provider.renewal.grant != .none else { throw entry.error("nothing is renewed here (renew: how)") }
            self = .renew(lazily: try section.flag(Key.lazy), sealing: try section.flag(Key.reseal))
        case .warn:
            try section.refuse([Key.lazy, Key.reseal], "has a meaning only with do: renew")
            self = .warn
        }
    }
}

extension HealthProbe {
    init(_ entry: FileEntry, _ reading: RequestReading, of provider: PartialProvider) throws(DefinitionError) {
        typealias Key = ProviderKeys.Health
        let section = try Section(entry, keys: Key.spellings + ProviderKeys.Request.spellings)
        let every = try section.required(Key.every).span(from: 60)
        let question: Question
        if let step = section[Key.step] {
            try section.refuse(
                Array(ProviderKeys.Request.allCases), "must not stand beside step, which says the request")
            question = .step(try step.name(of: "step", among: provider.steps.filter { $0.perChild == nil }.map(\.name)))
        } else {
            let names = reading.names([.clientIdentifier, .clientSecret, .accessToken, .accountIdentifier])
            question = .request(
                try RequestTemplate(section, reading, names: names, authentication: RequestAuthentication.none))
        }
        let renews = try section.flag(Key.renewWhenStale)
        if renews, let place = section[Key.renewWhenStale] {
            guard provider.renewal.grant != .none else { throw place.error("nothing is renewed here (renew: how)") }
            guard provider.renewal.rotation != .singleUse else {
                throw place.error("a token that can be used once is never spent on a probe")
            }
        }
        self.init(
            every: every, jitter: try section[Key.jitter]?.integer(in: 0...50) ?? 10, question: question,
            renewsWhenStale: renews)
    }
}

extension Revocation {
    init(_ entry: FileEntry, _ reading: RequestReading) throws(DefinitionError) {
        let section = try Section(entry, keys: ProviderKeys.Revoke.spellings + ProviderKeys.Request.spellings)
        let names = reading.names([.clientIdentifier, .clientSecret, .accessToken, .refreshToken, .accountIdentifier])
        self.init(
            request: try RequestTemplate(section, reading, names: names, authentication: RequestAuthentication.none),
            blastRadius: try section.required(ProviderKeys.Revoke.blastRadius).word(
                BlastRadius.self, of: "blast radius"))
    }
}

extension PushIntake {
    init(_ entry: FileEntry, _ reading: RequestReading) throws(DefinitionError) {
        typealias Key = ProviderKeys.Push
        enum Kind: String, CaseIterable {
            case risc
            case signedRequest = "signed_request"
        }
        let section = try Section(entry, keys: Key.spellings)
        switch try section.required(Key.kind).word(Kind.self, of: "kind") {
        case .signedRequest:
            try section.refuse([Key.issuer, Key.keys], "has a meaning only with kind: risc")
            self = .signedRequest
        case .risc:
            let names = TemplateNames(fixed: [], variables: [], metadata: [])
            self = .risc(
                RISC(
                    issuer: try section.required(Key.issuer).link(),
                    keys: try section.required(Key.keys).address(names, hosts: reading.hosts)))
        }
    }
}

extension TokenUse {
    init(_ entry: FileEntry, _ reading: RequestReading) throws(DefinitionError) {
        typealias Key = ProviderKeys.Call
        let section = try Section(entry, keys: Key.spellings)
        let token = try section.required(Key.token)
        let carrier: Carrier
        if token.isMapping {
            let keys = try token.section(ProviderKeys.Carrier.self)
            switch (keys[.header], keys[.query]) {
            case (let name?, nil): carrier = .header(try name.headerName())
            case (nil, let name?): carrier = .query(try name.parameterName())
            case (nil, nil), (_?, _?): throw token.error("must be bearer, or have either header or query")
            }
        } else {
            _ = try token.name(of: "way to carry the token", among: ["bearer"])
            carrier = .bearer
        }
        var headers: [RequestParameter] = []
        let names = reading.names([.accountIdentifier, .parentIdentifier])
        for (name, entry) in try section[Key.headers]?.entries() ?? [] {
            try entry.requireHeaderName(name)
            headers.append(RequestParameter(name: name, value: try entry.template(names)))
        }
        self.init(carrier: carrier, proof: try section[Key.proof]?.word(Proof.self, of: "proof"), headers: headers)
    }
}

extension ErrorRule {
    init(_ entry: FileEntry) throws(DefinitionError) {
        typealias Key = ProviderKeys.ErrorRule
        let section = try Section(entry, keys: Key.spellings)
        self.init(
            try section.required(Key.when).conditions(),
            try section.required(Key.errorClass).word(ErrorClass.self, of: "class"),
            waitHint: try section[Key.wait].map(WaitHint.init), note: try section[Key.note]?.text(maximum: 300))
    }
}

extension ErrorRule.WaitHint {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        enum Form: String, CaseIterable {
            case seconds
            case metaUsage = "meta_usage"
        }
        let section = try Section(entry, keys: ProviderKeys.Wait.spellings)
        let header = try section.required(ProviderKeys.Wait.header).headerName()
        switch try section[ProviderKeys.Wait.form]?.word(Form.self, of: "form") ?? .seconds {
        case .seconds: self = .seconds(header: header)
        case .metaUsage: self = .metaUsage(header: header)
        }
    }
}
