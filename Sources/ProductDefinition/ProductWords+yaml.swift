import DefinitionFile

extension ProductKeys {
    enum Word: String, CaseIterable {
        case singular, plural, article
    }
}

extension ProductWords {
    /// The words that a mapping of the file says.
    init(entry: FileEntry) throws(DefinitionError) {
        var words: [Term: ProductWord] = [:]
        for (term, entry) in try entry.section(Term.self) { words[term] = try ProductWord(entry: entry) }
        self.init(words)
    }
}

extension ProductWord {
    /// A word alone, or with its other forms.
    fileprivate init(entry: FileEntry) throws(DefinitionError) {
        guard entry.isMapping else {
            self.init(try entry.text(maximum: Self.maximumLength))
            return
        }
        let parts = try entry.section(ProductKeys.Word.self)
        guard let singular = parts[.singular] else { throw entry.error("singular is missing") }
        self.init(
            try singular.text(maximum: Self.maximumLength),
            plural: try parts[.plural]?.text(maximum: Self.maximumLength),
            article: try parts[.article]?.name(of: "article", among: ["a", "an"]))
    }
}
