import DefinitionFile

/// What the requests of a file share: its client, its hosts, and the names that templates may use.
struct RequestReading {
    let client: ProviderClient
    let hosts: HostAllowList
    let variables: [String]
    let metadata: [String]

    /// What a template in one place may name.
    func names(_ fixed: [TemplateValue]) -> TemplateNames {
        TemplateNames(fixed: fixed, variables: variables, metadata: metadata)
    }
}

extension RequestTemplate {
    /// What a section of the file says of its request.
    ///
    /// - Parameters:
    ///   - names: What its templates may name.
    ///   - model: A request that says what is left out here.
    ///   - parameters: What is sent where the file does not say; nil for nothing.
    init(
        _ section: Section, _ reading: RequestReading, names: TemplateNames, like model: RequestTemplate? = nil,
        parameters: [RequestParameter]? = nil, authentication: RequestAuthentication
    ) throws(DefinitionError) {
        typealias Key = ProviderKeys.Request
        let method: Method
        if let entry = section[Key.method] {
            method = try entry.word(Method.self, of: "method")
        } else if let model {
            method = model.method
        } else {
            throw section.entry.error("method is missing")
        }
        let address: AddressTemplate
        if let entry = section[Key.url] {
            address = try entry.address(names, hosts: reading.hosts)
        } else if let model {
            address = model.address
        } else {
            throw section.entry.error("url is missing")
        }
        let placement =
            try section[Key.placement]?.word(Placement.self, of: "place of parameters") ?? model?.placement ?? .query
        if method == .get, placement != .query, let entry = section[Key.placement] ?? section[Key.method] {
            throw entry.error("GET has no body; its parameters stand in: query")
        }
        var sent: [RequestParameter] = []
        for (name, entry) in try section[Key.send]?.entries() ?? [] {
            sent.append(RequestParameter(name: name, value: try entry.template(names)))
        }
        var headers: [RequestParameter] = []
        for (name, entry) in try section[Key.headers]?.entries() ?? [] {
            try entry.requireHeaderName(name)
            guard !["authorization", "host", "content-length", "content-type"].contains(name.lowercased()) else {
                throw entry.error("is said by auth and in, and not here")
            }
            headers.append(RequestParameter(name: name, value: try entry.template(names)))
        }
        self.init(
            method: method, address: address, placement: placement,
            authentication: try section[Key.auth]?.authentication(of: reading.client) ?? authentication,
            parameters: section[Key.send] == nil ? parameters ?? [] : sent,
            headers: section[Key.headers] == nil ? model?.headers ?? [] : headers,
            accepts: try section[Key.okIf]?.conditions() ?? model?.accepts ?? [])
    }
}

extension FileEntry {
    /// Who shows that it may ask.
    fileprivate func authentication(of client: ProviderClient) throws(DefinitionError) -> RequestAuthentication {
        if isMapping {
            guard let header = try section(ProviderKeys.Authentication.self)[.header] else {
                throw error("header is missing")
            }
            return .header(try header.headerName())
        }
        enum Word: String, CaseIterable { case client, basic, bearer, none }
        return switch try word(Word.self, of: "authentication") {
        case .client: client.authentication
        case .basic: .clientBasic
        case .bearer: .bearer
        case .none: .none
        }
    }

    /// What an answer must be like: places, `status`, `absent` and `present`.
    func conditions() throws(DefinitionError) -> [AnswerCondition] {
        var conditions: [AnswerCondition] = []
        for (name, entry) in try entries() {
            switch name {
            case "absent":
                for place in try entry.pointers() { conditions.append(AnswerCondition(.body(place), .isAbsent)) }
            case "present":
                for place in try entry.pointers() { conditions.append(AnswerCondition(.body(place), .isPresent)) }
            case "status": conditions.append(AnswerCondition(.status, .isOne(of: try entry.expected())))
            default:
                guard let place = JSONPointer(name), !place.tokens.isEmpty else {
                    throw entry.error(
                        "must be status, absent, present or a place in the answer, such as /error/code (RFC 6901)")
                }
                conditions.append(AnswerCondition(.body(place), .isOne(of: try entry.expected())))
            }
        }
        guard !conditions.isEmpty else { throw error("must have at least one condition") }
        return conditions
    }

    /// One value, or a list of them.
    private func expected() throws(DefinitionError) -> [AnswerCondition.Expected] {
        guard isList else { return [try expectedValue()] }
        var values: [AnswerCondition.Expected] = []
        for entry in try list(maximum: 100) { values.append(try entry.expectedValue()) }
        guard !values.isEmpty else { throw error("must name at least one value") }
        return values
    }

    private func expectedValue() throws(DefinitionError) -> AnswerCondition.Expected {
        if isFlag { return .flag(try flag()) }
        guard isText else {
            let number = try integer(in: -1_000_000_000...1_000_000_000)
            return .number(number...number)
        }
        let text = try text()
        guard let bounds = text.wholeMatch(of: /([0-9]{1,9})\.\.([0-9]{1,9})/), let low = Int(bounds.1),
            let high = Int(bounds.2)
        else { return .text(text) }
        guard low <= high else { throw error("must go from the smaller number to the larger one") }
        return .number(low...high)
    }
}
