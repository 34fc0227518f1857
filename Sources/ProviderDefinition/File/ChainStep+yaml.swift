import DefinitionFile

extension ChainStep {
    /// - Parameter earlier: The steps before it.
    init(
        _ entry: FileEntry, _ reading: RequestReading, after earlier: [ChainStep], children: [String]
    ) throws(DefinitionError) {
        typealias Key = ProviderKeys.Step
        let section = try Section(
            entry, keys: Key.spellings + ProviderKeys.Request.spellings + ProviderKeys.Answer.spellings)
        let identifier = try section.required(Key.id)
        let name = try identifier.ownName()
        guard !earlier.contains(where: { $0.name == name }) else { throw identifier.error("\(name) stands here twice") }
        let perChild = try section[Key.per]?.name(of: "kind of child", among: children)
        var fixed: [TemplateValue] = [.clientIdentifier, .clientSecret, .accessToken, .accountIdentifier]
        if perChild != nil { fixed.append(.parentIdentifier) }
        self.init(
            name: name, occasion: try section[Key.run]?.word(Occasion.self, of: "occasion") ?? .always,
            request: try RequestTemplate(
                section, reading, names: reading.names(fixed), authentication: RequestAuthentication.none),
            answer: try AnswerMap(section, model: AnswerMap()),
            children: try section[ProviderKeys.Answer.children].map(ChildMap.init),
            nextPage: try section[Key.next].map(NextPage.init), perChild: perChild)
    }
}

extension ChainStep.NextPage {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let keys = try entry.section(ProviderKeys.Next.self)
        switch (keys[.address], keys[.token], keys[.param]) {
        case (let place?, nil, nil): self = .address(try place.pointer())
        case (nil, let place?, let parameter?):
            self = .token(try place.pointer(), parameter: try parameter.parameterName())
        case (nil, nil, _), (nil, _?, nil), (_?, _, _):
            throw entry.error("must have either address, or token and param")
        }
    }
}
