import DefinitionFile

/// A mapping of the file with its values, asked by keys of several kinds: every request has the same ones, and each place its own.
struct Section {
    let entry: FileEntry
    private let members: [String: FileEntry]

    /// - Parameter keys: All that may stand there.
    init(_ entry: FileEntry, keys: [String]) throws(DefinitionError) {
        self.entry = entry
        members = try entry.members(keys)
    }

    subscript(key: some RawRepresentable<String>) -> FileEntry? { members[key.rawValue] }

    /// A value that must be there.
    func required(_ key: some RawRepresentable<String>) throws(DefinitionError) -> FileEntry {
        guard let value = members[key.rawValue] else { throw entry.error("\(key.rawValue) is missing") }
        return value
    }

    /// A flag, false where it is not said.
    func flag(_ key: some RawRepresentable<String>) throws(DefinitionError) -> Bool {
        try members[key.rawValue]?.flag() ?? false
    }

    /// Refuses a key that has no meaning here.
    func refuse(_ keys: [any RawRepresentable<String>], _ why: String) throws(DefinitionError) {
        for key in keys {
            if let value = members[key.rawValue] { throw value.error(why) }
        }
    }
}
