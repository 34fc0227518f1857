import DefinitionFile

extension FileEntry {
    /// A place in an answer.
    func pointer() throws(DefinitionError) -> JSONPointer {
        guard let pointer = JSONPointer(try text()), !pointer.tokens.isEmpty else {
            throw error("must be a place in the answer, such as /access_token or /data/0/id (RFC 6901)")
        }
        return pointer
    }

    /// One place, or a list of them of which the first that has something counts.
    func pointers() throws(DefinitionError) -> [JSONPointer] {
        guard isList else { return [try pointer()] }
        var pointers: [JSONPointer] = []
        for entry in try list(maximum: 8) { pointers.append(try entry.pointer()) }
        guard !pointers.isEmpty else { throw error("must name at least one place") }
        return pointers
    }

    /// Names of the file's own, each with places.
    func metadata() throws(DefinitionError) -> [String: [JSONPointer]] {
        var metadata: [String: [JSONPointer]] = [:]
        for (name, entry) in try entries() {
            try entry.requireName(name)
            metadata[name] = try entry.pointers()
        }
        return metadata
    }

    /// Refuses what is no name of a variable, a step or a thing that is kept.
    func requireName(_ name: String) throws(DefinitionError) {
        guard name.utf8.count <= 40, name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil else {
            throw error("a name has 1 to 40 lower-case letters, digits and _, a letter first")
        }
    }

    /// A name of the file's own as a value.
    func ownName() throws(DefinitionError) -> String {
        let name = try text(maximum: 40)
        try requireName(name)
        return name
    }

    /// The name of a parameter.
    func parameterName() throws(DefinitionError) -> String { try plainText(maximum: 100) }

    /// Refuses what is no name of a header (RFC 9110 §5.1).
    func requireHeaderName(_ name: String) throws(DefinitionError) {
        guard name.wholeMatch(of: /[A-Za-z0-9-]+/) != nil else {
            throw error("a header's name has letters, digits and - only")
        }
    }

    /// The name of a header as a value.
    func headerName() throws(DefinitionError) -> String {
        let name = try text(maximum: 100)
        try requireHeaderName(name)
        return name
    }

    /// What separates scopes.
    func separator() throws(DefinitionError) -> String {
        let text = try text(maximum: 1)
        guard [",", " ", "+", ";"].contains(text) else {
            throw error("must be a comma, a space, a plus sign or a semicolon")
        }
        return text
    }

    /// A span of time of up to 100 years.
    func span(from least: Int = 1) throws(DefinitionError) -> Int {
        try seconds(in: least...3_155_760_000)
    }

    /// A time before an end: a span, or a part of the life such as `20%`.
    func margin() throws(DefinitionError) -> Margin {
        if isText, let text = try? text(), text.hasSuffix("%") {
            guard let percent = Int(text.dropLast()), (1...90).contains(percent) else {
                throw error("must be a span of time, or 1% to 90% of the whole life")
            }
            return .percent(percent)
        }
        return .seconds(try span())
    }

    /// An `https` address of plain characters.
    func link() throws(DefinitionError) -> String {
        let text = try text(maximum: 2000)
        guard text.hasPrefix("https://"), text.utf8.allSatisfy(Self.isPlain) else {
            throw error("must be an https: link")
        }
        return text
    }
}
