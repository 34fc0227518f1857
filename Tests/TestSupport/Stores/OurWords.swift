import Foundation
package import ProductDefinition

/// Finds our own words for things where a product has others, in what people read.
package struct OurWords: Sendable {
    private let product: Product
    /// What the file itself says, longest first.
    private let said: [String]

    package init(_ product: Product) {
        self.product = product
        let words = Term.allCases.map { product.words[$0] }.flatMap { [$0.singular, $0.plural] }
        let titles =
            product.roles.flatMap { [$0.title, $0.description] }
            + product.bundles.flatMap { [$0.title, $0.description] }
            + product.scopes.definitions.flatMap { [$0.description, $0.group] } + product.plans.definitions.map(\.title)
        let pages = product.places.named.flatMap(\.pages)
        let sections = pages.flatMap(\.sections)
        let places: [String?] =
            product.places.named.map(\.title) + pages.map(\.title) + sections.map(\.title) + sections.map(\.button)
        said = (words + (titles + places).compactMap(\.self) + [product.name]).sorted { $0.count > $1.count }
    }

    /// One of the files in `Products`.
    package static func sample(_ name: String) throws -> (text: String, product: Product) {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../Products/\(name).yaml").standardizedFileURL.path
        return (try String(contentsOfFile: path, encoding: .utf8), try .load(from: path))
    }

    /// The names of the files in `Products`.
    package static let samples = ["allmoxy", "altruistiq", "altyaa", "onetrust"]

    /// Those of a page: its text, and what is read out of its attributes. What stands there as code is spelled as programs have it.
    package func found(onPage html: String) -> [String] {
        let attributes = html.matches(of: /(?:aria-label|alt|title|placeholder)="([^"]*)"/).map { String($0.1) }
        let text = html.replacing(
            /<(style|script|code|pre)\b.*?<\/(style|script|code|pre)>/.dotMatchesNewlines(), with: ""
        )
        .replacing(/<[^>]*>/, with: "\n")
        return found(in: ([text] + attributes).joined(separator: "\n"))
    }

    /// Those of a text. One's own account, and an authenticator app, are nobody's words.
    package func found(in text: String) -> [String] {
        var rest = text.lowercased()
        for word in said { rest = rest.replacing(word.lowercased(), with: "·") }
        rest.replace(/\b(your|another|an)(\s+\S+){0,2}\s+account\b/, with: "")
        // Names of rights are names.
        rest.replace(/\bclaviger:[a-z-]+\.[a-z]+/, with: "")
        rest.replace(/\bopenid( \S+\.\S+)* organization\b/, with: "")
        // The page of that name, in its title, heading and menu.
        rest.replace(/^[ \t]*(menu · )?account( · ·)?[ \t]*$/.anchorsMatchLineEndings(), with: "")
        rest.replace("authenticator app", with: "")
        let others = Term.allCases.filter { product.words[$0] != ProductWords.standard($0) }
        return others.flatMap { term -> [String] in
            let standard = ProductWords.standard(term)
            return [standard.plural, standard.singular].compactMap { word in
                guard let found = try? Regex("\\b\(word.lowercased())\\b") else { return word }
                return rest.firstMatch(of: found).map { match in
                    let around = rest[..<match.range.upperBound].suffix(60)
                    return "\(word): …\(around.replacing("\n", with: " "))"
                }
            }
        }
    }
}
