import DefinitionFile
import Model

/// Reads the fields of one thing of the file. What they may say is for the services to judge: here they only have to be of the right type.
struct FieldReader {
    /// The longest text that is read, such as a URI.
    private static let longestText = 2048
    /// The longest lifetime that is read, in seconds: a century.
    private static let longestLifetime = 3_155_760_000

    let places: FieldPlaces
    private let thing: FileEntry
    private let members: [String: FileEntry]

    /// - Parameter known: The keys that it may have.
    /// - Throws: `DefinitionError`, as all readers here do.
    init(_ thing: FileEntry, _ known: [String]) throws(DefinitionError) {
        self.thing = thing
        members = try thing.members(known)
        places = try FieldPlaces(of: thing, members)
    }

    /// The entry of a key, nil where it is not said.
    func entry(_ name: String) -> FileEntry? { members[name] }

    private func required(_ name: String) throws(DefinitionError) -> FileEntry {
        guard let entry = members[name] else { throw thing.error("lacks \(name)") }
        return entry
    }

    /// What must be said and goes by the rules of a name.
    func name(_ key: String) throws(DefinitionError) -> String {
        let entry = try required(key)
        var checks = FieldChecks()
        let line = checks.line(key, try entry.text(maximum: Self.longestText))
        if let problem = checks.problems.first { throw entry.error(problem.message) }
        return line
    }

    func email(_ key: String) throws(DefinitionError) -> EmailAddress {
        let entry = try required(key)
        let text = try entry.text(maximum: Self.longestText)
        guard let email = EmailAddress(text) else { throw entry.error(EmailAddress.explanation(of: text)) }
        return email
    }

    func text(_ key: String) throws(DefinitionError) -> String? {
        try members[key]?.text(maximum: Self.longestText)
    }

    /// Nil where it is not said, an inner nil for `null`.
    func clearableText(_ key: String) throws(DefinitionError) -> String?? {
        guard let entry = members[key] else { return .none }
        if entry.isNull { return .some(nil) }
        return .some(try entry.text(maximum: Self.longestText))
    }

    /// A span of time in seconds: nil where it is not said, an inner nil for `null`.
    func clearableSeconds(_ key: String) throws(DefinitionError) -> Int?? {
        guard let entry = members[key] else { return .none }
        if entry.isNull { return .some(nil) }
        return .some(try entry.seconds(in: 0...Self.longestLifetime))
    }

    func flag(_ key: String) throws(DefinitionError) -> Bool? {
        try members[key]?.flag()
    }

    func texts(_ key: String) throws(DefinitionError) -> [String]? {
        guard let entry = members[key] else { return nil }
        var texts: [String] = []
        for value in try entry.list() { texts.append(try value.text(maximum: Self.longestText)) }
        return texts
    }

    func requiredTexts(_ key: String) throws(DefinitionError) -> [String] {
        _ = try required(key)
        return try texts(key) ?? []
    }

    /// Nil where it is not said, an inner nil for `null`.
    func clearableTexts(_ key: String) throws(DefinitionError) -> [String]?? {
        guard let entry = members[key] else { return .none }
        if entry.isNull { return .some(nil) }
        return .some(try texts(key))
    }
}
