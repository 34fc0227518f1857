package import DefinitionFile

extension Provider {
    /// The provider that a file defines.
    ///
    /// - Throws: ``DefinitionError``, which names the file, the line and the key.
    package static func load(from path: String) throws(DefinitionError) -> Provider {
        try Provider(whole: FileEntry(reading: path))
    }

    /// The provider that a YAML text defines.
    ///
    /// - Parameter file: What errors call the text.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        try self.init(whole: FileEntry(parsing: text, file: file))
    }

    private init(whole: FileEntry) throws(DefinitionError) {
        typealias Key = ProviderKeys.File
        let sections = try whole.section(Key.self)
        func required(_ key: Key) throws(DefinitionError) -> FileEntry {
            guard let entry = sections[key] else {
                throw DefinitionError(file: whole.file, line: 1, column: 1, key: key.rawValue, problem: "is missing")
            }
            return entry
        }
        _ = try required(.schema).integer(in: 1...1)
        let identifier = try required(.id).text(maximum: 40)
        guard Self.allows(identifier: identifier) else {
            throw try required(.id).error("has 1 to 40 lower-case letters, digits and -, a letter first")
        }
        var documentation: [String] = []
        for entry in try required(.documentation).list(maximum: 20) { documentation.append(try entry.link()) }
        let variables = try sections[.vars]?.variables() ?? []
        let hosts = try HostAllowList(required(.hosts))
        let client = try ProviderClient(required(.client))
        let names = variables.map(\.name)
        let authorization = try ConsentRequest(required(.authorize), variables: names)
        let metadata = try Self.keptNames(sections, callback: authorization.callback)
        let reading = RequestReading(client: client, hosts: hosts, variables: names, metadata: metadata)
        let token = try TokenExchange(code: required(.token), reading, proofKey: authorization.proofKey)
        let steps = try sections[.steps]?.steps(reading, after: token) ?? []
        let renewal = try Renewal(required(.renew), reading, like: token, steps: steps)
        let lifetimes = try TokenLifetimes(required(.lifetimes))
        let partial = PartialProvider(
            renewal: renewal, lifetimes: lifetimes, steps: steps, answers: [token.answer] + steps.map(\.answer))
        var schedule: [ScheduledPromise] = []
        for entry in try sections[.schedule]?.list(maximum: 20) ?? [] {
            let promise = try ScheduledPromise(entry, of: partial)
            guard !schedule.contains(where: { $0.name == promise.name }) else {
                throw entry.error("\(promise.name) stands here twice")
            }
            schedule.append(promise)
        }
        var intakes: [PushIntake] = []
        for entry in try sections[.push]?.list(maximum: 4) ?? [] { intakes.append(try PushIntake(entry, reading)) }
        var errors: [ErrorRule] = []
        for entry in try sections[.errors]?.list(maximum: 200) ?? [] { errors.append(try ErrorRule(entry)) }
        self.init(
            identifier: identifier, title: try required(.title).text(maximum: 60), documentation: documentation,
            variables: variables, hosts: hosts, client: client, authorization: authorization, token: token,
            steps: steps,
            renewal: renewal, lifetimes: lifetimes, schedule: schedule,
            health: try sections[.health].map { entry throws(DefinitionError) in
                try HealthProbe(entry, reading, of: partial)
            },
            revocation: try sections[.revoke].map { entry throws(DefinitionError) in try Revocation(entry, reading) },
            intakes: intakes, use: try TokenUse(required(.call), reading), errors: errors)
    }

    /// Everything that an answer or the callback gives to keep, so that templates may name it wherever they stand.
    private static func keptNames(
        _ sections: [ProviderKeys.File: FileEntry], callback: ConsentRequest.Callback
    ) throws(DefinitionError) -> [String] {
        var names = Set(callback.metadata.keys)
        var holders = [sections[.token], sections[.renew]].compactMap(\.self)
        if let steps = sections[.steps], steps.isList { holders += try steps.list() }
        for holder in holders where holder.isMapping {
            for (key, entry) in try holder.entries() where key == "map" && entry.isMapping {
                for (key, entry) in try entry.entries() where key == "meta" && entry.isMapping {
                    names.formUnion(try entry.entries().map(\.name))
                }
            }
        }
        return names.sorted()
    }
}

extension TokenExchange {
    /// The exchange of the code.
    fileprivate init(
        code entry: FileEntry, _ reading: RequestReading, proofKey: ConsentRequest.ProofKey
    ) throws(DefinitionError) {
        let section = try Section(
            entry,
            keys: ProviderKeys.Token.spellings + ProviderKeys.Request.spellings + ProviderKeys.Answer.spellings)
        let names = reading.names([.clientIdentifier, .clientSecret, .redirectURI, .code, .codeVerifier, .scope])
        let request = try RequestTemplate(
            section, reading, names: names, authentication: reading.client.authentication)
        let sent = request.parameters.flatMap(\.value.values)
        let place = section[ProviderKeys.Request.send] ?? entry
        guard sent.contains(.code) else { throw place.error("must send {code}") }
        guard sent.contains(.codeVerifier) == (proofKey != .none) else {
            throw place.error(
                proofKey == .none
                    ? "must not send {code_verifier} where authorize.pkce is none"
                    : "must send {code_verifier}, as authorize.pkce asks for a challenge")
        }
        try self.init(request, section, like: nil)
    }
}

extension ProviderClient {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        typealias Key = ProviderKeys.Client
        enum Word: String, CaseIterable { case params, basic }
        let section = try Section(entry, keys: Key.spellings)
        let identifier = try section[Key.identifierParameter]?.parameterName() ?? "client_id"
        let consent = try section[Key.consentIdentifierParameter]?.parameterName() ?? identifier
        switch try section.required(Key.auth).word(Word.self, of: "authentication") {
        case .params:
            let secret = try section[Key.secretParameter]?.parameterName() ?? "client_secret"
            self.init(
                identifierParameter: consent,
                authentication: .clientParameters(identifier: identifier, secret: secret))
        case .basic:
            try section.refuse([Key.secretParameter], "has a meaning only with auth: params")
            self.init(identifierParameter: consent, authentication: .clientBasic)
        }
    }
}

extension HostAllowList {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        var entries: [Entry] = []
        for entry in try entry.list(maximum: 20) {
            let text = try entry.text(maximum: 253)
            let name = text.hasPrefix("*.") ? String(text.dropFirst(2)) : text
            guard Self.isName(name) else {
                throw entry.error("must be a host name in lower case, or one behind *. for all that lie below it")
            }
            let line = text.hasPrefix("*.") ? Entry.below(name) : .host(name)
            guard !entries.contains(line) else { throw entry.error("\(text) stands here twice") }
            entries.append(line)
        }
        guard !entries.isEmpty else { throw entry.error("must name at least one host") }
        self.init(entries)
    }
}

extension FileEntry {
    fileprivate func variables() throws(DefinitionError) -> [ProviderVariable] {
        var variables: [ProviderVariable] = []
        for (name, entry) in try entries() {
            try entry.requireName(name)
            let section = try Section(entry, keys: ProviderKeys.Variable.spellings)
            let pattern = try section.required(ProviderKeys.Variable.pattern)
            let form = try pattern.text()
            guard (try? Regex(form)) != nil else { throw pattern.error("is no regular expression") }
            let standard = try section[ProviderKeys.Variable.default]?.text()
            let variable = ProviderVariable(
                name: name, title: try section.required(ProviderKeys.Variable.title).text(maximum: 60),
                standard: standard, pattern: form)
            if let standard, !variable.allows(standard), let place = section[ProviderKeys.Variable.default] {
                throw place.error("has not the form of its pattern")
            }
            variables.append(variable)
        }
        guard variables.count <= 10 else { throw error("must be at most 10") }
        return variables
    }

    fileprivate func steps(_ reading: RequestReading, after token: TokenExchange) throws(DefinitionError) -> [ChainStep]
    {
        var steps: [ChainStep] = []
        var kinds = token.children.map { [$0.kind] } ?? []
        for entry in try list(maximum: 10) {
            let step = try ChainStep(entry, reading, after: steps, children: kinds)
            steps.append(step)
            if let kind = step.children?.kind { kinds.append(kind) }
        }
        return steps
    }
}
