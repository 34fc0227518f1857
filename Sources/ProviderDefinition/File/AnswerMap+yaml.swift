import DefinitionFile

extension AnswerMap {
    /// Where RFC 6749 §5.1 has things, and the draft on the expiry of refresh tokens the end of those.
    static let standard = AnswerMap(
        accessToken: [JSONPointer(tokens: ["access_token"])], refreshToken: [JSONPointer(tokens: ["refresh_token"])],
        accessExpiry: ExpiryPlace([JSONPointer(tokens: ["expires_in"])]),
        refreshExpiry: ExpiryPlace([JSONPointer(tokens: ["refresh_token_expires_in"])]),
        scope: ScopePlace([JSONPointer(tokens: ["scope"])]))

    /// What a section of the file says of its answer.
    ///
    /// - Parameter model: What holds where it does not say.
    init(_ section: Section, model: AnswerMap) throws(DefinitionError) {
        let map = try section[ProviderKeys.Answer.map].map { entry throws(DefinitionError) in
            try AnswerMap(map: entry, model: model)
        }
        guard let entry = section[ProviderKeys.Answer.unwrap] else {
            self = map ?? model
            return
        }
        self = (map ?? model).below(try entry.pointer())
    }

    private init(map entry: FileEntry, model: AnswerMap) throws(DefinitionError) {
        let keys = try entry.section(ProviderKeys.Map.self)
        self.init(
            accessToken: try keys[.accessToken]?.pointers() ?? model.accessToken,
            refreshToken: try keys[.refreshToken]?.pointers() ?? model.refreshToken,
            accessExpiry: try keys[.expires]?.expiry() ?? model.accessExpiry,
            refreshExpiry: try keys[.refreshExpires]?.expiry() ?? model.refreshExpiry,
            dataAccessExpiry: try keys[.dataAccessExpires]?.expiry() ?? model.dataAccessExpiry,
            scope: try keys[.scope]?.scopePlace() ?? model.scope,
            accountIdentifier: try keys[.accountIdentifier]?.pointers() ?? model.accountIdentifier,
            accountName: try keys[.accountName]?.pointers() ?? model.accountName,
            metadata: try keys[.meta]?.metadata() ?? model.metadata)
    }

    /// The same things in an envelope.
    private func below(_ envelope: JSONPointer) -> AnswerMap {
        func moved(_ places: [JSONPointer]) -> [JSONPointer] { places.map(envelope.appending) }
        func expiry(_ place: ExpiryPlace?) -> ExpiryPlace? {
            place.map { ExpiryPlace(moved($0.places), unit: $0.unit, zeroIsNever: $0.zeroIsNever) }
        }
        return AnswerMap(
            accessToken: moved(accessToken), refreshToken: moved(refreshToken), accessExpiry: expiry(accessExpiry),
            refreshExpiry: expiry(refreshExpiry), dataAccessExpiry: expiry(dataAccessExpiry),
            scope: scope.map { ScopePlace(moved($0.places), separator: $0.separator) },
            accountIdentifier: moved(accountIdentifier), accountName: moved(accountName),
            metadata: metadata.mapValues(moved))
    }
}

extension ChildMap {
    init(_ entry: FileEntry) throws(DefinitionError) {
        typealias Key = ProviderKeys.Children
        let keys = try entry.section(Key.self)
        func required(_ key: Key) throws(DefinitionError) -> FileEntry {
            guard let value = keys[key] else { throw entry.error("\(key.rawValue) is missing") }
            return value
        }
        let source: Source
        switch (keys[.each], keys[.from]) {
        case (let each?, nil): source = .elements(try each.listPlace())
        case (nil, let from?): source = .object(try from.pointer())
        case (nil, nil): throw entry.error("must say where they stand: each for a list, from for one object")
        case (_?, let from?): throw from.error("must not stand beside each")
        }
        let refreshToken = try keys[.refreshToken]?.pointers() ?? []
        let isRenewed = try keys[.renewed]?.flag() ?? false
        if isRenewed, refreshToken.isEmpty, let place = keys[.renewed] {
            throw place.error("needs refresh_token: without one nothing renews them")
        }
        self.init(
            kind: try required(.kind).ownName(), source: source, identifier: try required(.id).pointer(),
            name: try keys[.name]?.pointer(),
            answer: AnswerMap(
                accessToken: try keys[.accessToken]?.pointers() ?? [], refreshToken: refreshToken,
                accessExpiry: try keys[.expires]?.expiry(), metadata: try keys[.meta]?.metadata() ?? [:]),
            isRenewed: isRenewed)
    }
}

extension FileEntry {
    /// Where a list stands; some answers are one.
    fileprivate func listPlace() throws(DefinitionError) -> JSONPointer {
        try text() == "whole" ? JSONPointer(tokens: []) : pointer()
    }

    /// Where an end stands: places of seconds from now, or a mapping with their unit.
    fileprivate func expiry() throws(DefinitionError) -> AnswerMap.ExpiryPlace {
        guard isMapping else { return AnswerMap.ExpiryPlace(try pointers()) }
        let keys = try section(ProviderKeys.Expiry.self)
        guard let at = keys[.at] else { throw error("at is missing") }
        return AnswerMap.ExpiryPlace(
            try at.pointers(), unit: try keys[.unit]?.word(AnswerMap.ExpiryUnit.self, of: "unit") ?? .seconds,
            zeroIsNever: try keys[.zeroIsNever]?.flag() ?? false)
    }

    fileprivate func scopePlace() throws(DefinitionError) -> AnswerMap.ScopePlace {
        guard isMapping else { return AnswerMap.ScopePlace(try pointers()) }
        let keys = try section(ProviderKeys.ScopePlace.self)
        guard let at = keys[.at] else { throw error("at is missing") }
        return AnswerMap.ScopePlace(try at.pointers(), separator: try keys[.sep]?.separator() ?? " ")
    }
}
