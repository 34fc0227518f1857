import DefinitionFile

extension Renewal {
    /// What the file says of renewing.
    ///
    /// - Parameters:
    ///   - token: The exchange of the code, which says what is left out here.
    ///   - steps: The chain.
    init(
        _ entry: FileEntry, _ reading: RequestReading, like token: TokenExchange, steps: [ChainStep]
    ) throws(DefinitionError) {
        typealias Key = ProviderKeys.Renew
        enum How: String, CaseIterable {
            case chain, none
            case refreshToken = "refresh_token"
            case accessToken = "access_token"
        }
        let section = try Section(
            entry, keys: Key.spellings + ProviderKeys.Request.spellings + ProviderKeys.Answer.spellings)
        let how = try section.required(Key.how).word(How.self, of: "way to renew")
        let requestKeys: [any RawRepresentable<String>] = ProviderKeys.Request.allCases + ProviderKeys.Answer.allCases
        let grant: Grant
        var rotation = Rotation.none
        switch how {
        case .refreshToken:
            let names = reading.names([
                .clientIdentifier, .clientSecret, .redirectURI, .accessToken, .refreshToken, .scope, .accountIdentifier,
            ])
            let standard = [
                RequestParameter(name: "grant_type", value: TemplateText([.literal("refresh_token")])),
                RequestParameter(name: "refresh_token", value: TemplateText([.value(.refreshToken)])),
            ]
            let request = try RequestTemplate(
                section, reading, names: names, like: token.request, parameters: standard,
                authentication: reading.client.authentication)
            guard request.parameters.contains(where: { $0.value.values.contains(.refreshToken) }) else {
                throw (section[ProviderKeys.Request.send] ?? entry).error("must send {refresh_token}")
            }
            grant = .refreshToken(try TokenExchange(request, section, like: token))
            rotation = try Rotation(section.required(Key.rotation))
        case .accessToken:
            let names = reading.names([.clientIdentifier, .clientSecret, .accessToken, .accountIdentifier])
            let request = try RequestTemplate(
                section, reading, names: names, authentication: RequestAuthentication.none)
            grant = .accessToken(try TokenExchange(request, section, like: token))
        case .chain:
            try section.refuse(requestKeys, "belongs to the step that begins the renewal")
            let from = try section.required(Key.from)
            let name = try from.name(of: "step", among: steps.map(\.name))
            guard steps.first(where: { $0.name == name })?.answer.accessToken.isEmpty == false else {
                throw from.error("the step \(name) fetches no access token (map: access_token)")
            }
            grant = .chain(from: name)
        case .none:
            let others = Key.allCases.filter { $0 != .how && $0 != .mayLackRefreshToken }
            try section.refuse(requestKeys + others, "has no meaning where nothing is renewed")
            grant = .none
        }
        if how != .chain { try section.refuse([Key.from], "has a meaning only with how: chain") }
        if how != .refreshToken {
            try section.refuse(
                [Key.rotation, Key.fixedRefreshExpiry, Key.mayLackRefreshToken],
                "has a meaning only with how: refresh_token")
        }
        self.init(
            grant: grant, rotation: rotation, minimumAge: try section[Key.minimumAge]?.span() ?? 0,
            requiresUnexpired: try section.flag(Key.requiresUnexpired),
            accessDiesOnRenewal: try section.flag(Key.accessDies),
            refreshExpiryIsFixed: try section.flag(Key.fixedRefreshExpiry),
            mayLackRefreshToken: try section.flag(Key.mayLackRefreshToken),
            margin: try section[Key.margin]?.margin())
    }
}

extension Renewal.Rotation {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        typealias Key = ProviderKeys.Rotation
        guard !entry.isMapping else {
            let keys = try entry.section(Key.self)
            switch (keys[.grace], keys[.retainUntilNextUsed]) {
            case (let span?, nil): self = .grace(seconds: try span.span())
            case (nil, let span?): self = .retainUntilNextUsed(maximum: try span.span())
            case (nil, nil), (_?, _?):
                throw entry.error("must have either grace or retain_until_next_used, with a span of time")
            }
            return
        }
        enum Word: String, CaseIterable {
            case none
            case replaceOldValid = "replace_old_valid"
            case retainUntilNextUsed = "retain_until_next_used"
            case singleUse = "single_use"
        }
        switch try entry.word(Word.self, of: "rotation") {
        case .none: self = .none
        case .replaceOldValid: self = .replaceOldValid
        case .retainUntilNextUsed: self = .retainUntilNextUsed(maximum: nil)
        case .singleUse: self = .singleUse
        }
    }
}

extension TokenExchange {
    /// - Parameter model: An exchange that says what is left out here.
    init(_ request: RequestTemplate, _ section: Section, like model: TokenExchange?) throws(DefinitionError) {
        let isModelled = section[ProviderKeys.Answer.unwrap] == nil && section[ProviderKeys.Answer.map] == nil
        let answer =
            if let model, isModelled { model.answer } else { try AnswerMap(section, model: AnswerMap.standard) }
        var requires: Set<Requirement> = [.accessToken]
        for entry in try section[ProviderKeys.Token.require]?.list(maximum: 2) ?? [] {
            requires.insert(try entry.word(Requirement.self, of: "requirement"))
        }
        self.init(
            request: request, answer: answer,
            children: try section[ProviderKeys.Answer.children].map(ChildMap.init) ?? model?.children,
            requires: requires)
    }
}

extension TokenLifetimes {
    init(_ entry: FileEntry) throws(DefinitionError) {
        let keys = try entry.section(ProviderKeys.Lifetimes.self)
        guard let access = keys[.access] else {
            throw entry.error("access is missing: a span of time, or never where the provider says so")
        }
        let isEndless = access.isText && (try? access.text()) == "never"
        self.init(
            access: isEndless ? .endless : .assumed(seconds: try access.span()),
            refresh: try keys[.refresh]?.span(), refreshInactivity: try keys[.refreshInactivity]?.span(),
            hardCap: try keys[.hardCap]?.span(), dataAccess: try keys[.dataAccess]?.span())
    }
}
