import ProductDefinition

/// The product's words as templates say them: `{{terms.api_key.plural}}`.
enum TemplateTerms {
    /// By term, then by the form of its word.
    static func of(_ words: ProductWords) -> [String: [String: String]] {
        Term.allCases.reduce(into: [:]) { terms, term in terms[term.rawValue] = forms(of: words[term]) }
    }

    private static func forms(of word: ProductWord) -> [String: String] {
        [
            "singular": word.singular, "plural": word.plural, "indefinite": word.indefinite,
            "capitalized": word.capitalized, "capitalizedPlural": word.capitalizedPlural,
        ]
    }
}
