extension RawRepresentable<String> where Self: CaseIterable {
    /// What files write for all of them.
    package static var spellings: [String] { allCases.map(\.rawValue) }
}

extension FileEntry {
    /// One of the words of an enumeration.
    package func word<Word: RawRepresentable<String> & CaseIterable>(
        _: Word.Type, of kind: String
    ) throws(DefinitionError) -> Word {
        let name = try name(of: kind, among: Word.spellings)
        guard let word = Word(rawValue: name) else { throw error("is no \(kind)") }
        return word
    }

    /// One of these names.
    package func name(of kind: String, among known: [String]) throws(DefinitionError) -> String {
        let text = try text()
        guard known.contains(text) else {
            throw error("unknown \(kind) \(text); \(Self.known(known, meant: text))")
        }
        return text
    }

    /// What could be written instead of `text`.
    package static func known(_ names: [String], meant text: String) -> String {
        let nearest = nearestName(to: text, among: names).map { "did you mean \($0)? " } ?? ""
        return nearest + "known here: " + (names.isEmpty ? "none" : names.joined(separator: ", "))
    }
}
