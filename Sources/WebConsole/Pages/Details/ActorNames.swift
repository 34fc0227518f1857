import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// Who made or changed something, in words, as far as the reader may know.
struct ActorNames: Sendable {
    private let names: [String: String]
    private let words: ProductWords
    private let product: String

    /// Looks the members of these labels up.
    ///
    /// - Parameter labels: As in ``Actor/label``.
    init(_ labels: some Sequence<String>, for actor: Actor, of product: Product, tx: borrowing Transaction) throws {
        let members = Dictionary(
            labels.compactMap { label in ID<Member>(parsing: label.prefix { $0 != " " }).map { (label, $0) } }
        ) { first, _ in first }
        let known = try tx.memberNames(Set(members.values), within: actor.reach.bound())
        names = members.compactMapValues { known[$0] }
        words = product.words
        self.product = product.name
    }

    /// `Ada Admin`, `an API key`, or who it is without a name.
    subscript(label: String) -> String {
        if let name = names[label] { return name }
        switch label.prefix(while: { $0 != "_" && $0 != ":" }) {
        case "mem": return "somebody who is not here any more, or of \(words[.organization].indefinite) above"
        case "key": return "\(words[.apiKey].indefinite) (\(label))"
        case "int": return "\(words[.integration].indefinite) (\(label))"
        default: return product
        }
    }
}
