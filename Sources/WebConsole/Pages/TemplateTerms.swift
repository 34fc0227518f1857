import ProductDefinition
import Templating

/// The product's words as templates say them: `{{terms.api_key.plural}}`.
struct TemplateTerms: TemplateReadable {
    /// A word in its forms.
    struct Forms: TemplateReadable {
        let singular: String
        let plural: String
        let indefinite: String
        let capitalized: String
        let capitalizedPlural: String

        init(of word: ProductWord) {
            singular = word.singular
            plural = word.plural
            indefinite = word.indefinite
            capitalized = word.capitalized
            capitalizedPlural = word.capitalizedPlural
        }

        static let templateNames: TemplateNames = [
            "singular", "plural", "indefinite", "capitalized", "capitalizedPlural",
        ]
        var templateValues: [TemplateValue] {
            [.of(singular), .of(plural), .of(indefinite), .of(capitalized), .of(capitalizedPlural)]
        }
    }

    private let forms: [Forms]

    init(_ words: ProductWords) {
        forms = Term.allCases.map { Forms(of: words[$0]) }
    }

    static let templateNames = TemplateNames(Term.allCases.map(\.rawValue))
    var templateValues: [TemplateValue] { forms.map { .of($0) } }
}
