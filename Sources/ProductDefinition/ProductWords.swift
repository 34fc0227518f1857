/// Something that products call by names of their own.
package enum Term: String, Hashable, Sendable, CaseIterable {
    case account, organization, member, contact, integration, app, connection
    case apiKey = "api_key"
    case accessKey = "access_key"
    case clientID = "client_id"
    case clientSecret = "client_secret"
}

/// A noun of the product's language, as it stands in the middle of a sentence.
package struct ProductWord: Hashable, Sendable {
    /// The longest that each part may be, in characters.
    package static let maximumLength = 40

    package let singular: String
    package let plural: String
    /// The indefinite article, `a` or `an`.
    package let article: String
    /// With its article: `an organization`.
    package let indefinite: String
    /// At the beginning of a sentence or heading: `Organization`, and `API key` as it is.
    package let capitalized: String
    /// Many, at the beginning of a sentence or heading.
    package let capitalizedPlural: String

    /// The word. What is left out follows the rules of English.
    package init(_ singular: String, plural: String? = nil, article: String? = nil) {
        self.singular = singular
        self.plural = plural ?? Self.plural(of: singular)
        self.article = article ?? Self.article(of: singular)
        indefinite = "\(self.article) \(singular)"
        capitalized = Self.capitalized(singular)
        capitalizedPlural = Self.capitalized(self.plural)
    }

    /// So many: `1 key`, `0 keys`.
    package func counted(_ number: Int) -> String { "\(number) \(number == 1 ? singular : plural)" }

    private static func capitalized(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func plural(of singular: String) -> String {
        let lower = singular.lowercased()
        let isAfterVowel = lower.dropLast().last.map { "aeiou".contains($0) } ?? true
        if lower.hasSuffix("y"), !isAfterVowel { return singular.dropLast() + "ies" }
        return singular + (["s", "x", "z", "ch", "sh"].contains(where: lower.hasSuffix) ? "es" : "s")
    }

    private static func article(of singular: String) -> String {
        let lower = singular.lowercased()
        // Written with a vowel, spoken with a consonant.
        guard !["uni", "use", "uti", "eu", "one"].contains(where: lower.hasPrefix) else { return "a" }
        return lower.first.map { "aeiou".contains($0) } ?? false ? "an" : "a"
    }
}

/// What the product calls the things that people meet here, on every page, in every letter and in what is said to people of
/// an error. British and American spelling are the words' alone.
package struct ProductWords: Hashable, Sendable {
    /// Of every term: a page asks for dozens of them, and ours are made by the rules of English.
    private let words: [Term: ProductWord]

    /// These words; ours for the terms that are left out.
    package init(_ words: [Term: ProductWord] = [:]) {
        self.words = Term.allCases.reduce(into: words) { all, term in
            all[term] = all[term] ?? Self.standard(term)
        }
    }

    /// The word for a term.
    package subscript(term: Term) -> ProductWord { words[term] ?? Self.standard(term) }

    /// What we call it where the product does not say.
    package static func standard(_ term: Term) -> ProductWord {
        switch term {
        case .account: ProductWord("account")
        case .organization: ProductWord("organization")
        case .member: ProductWord("member")
        case .contact: ProductWord("contact")
        case .integration: ProductWord("integration")
        case .app: ProductWord("app")
        case .connection: ProductWord("connection")
        case .apiKey: ProductWord("API key")
        case .accessKey: ProductWord("access key")
        case .clientID: ProductWord("client ID")
        case .clientSecret: ProductWord("client secret")
        }
    }
}
