import CredentialFormat
import Model
import ProductDefinition

/// For whom a token by hand acts, as a field: a list of those whom one may name, or their identifier where they are too many for
/// one. Where the product has no access keys there is none.
struct TokenContactField: Sendable {
    static let name = "contact_id"
    /// How many stand in a list.
    static let most = 200

    /// Those whom one may name, up to one more than a list holds.
    let known: [Contact]
    /// The one who is oneself.
    private let own: ID<Contact>?

    /// - Parameter found: Up to one more than a list holds.
    init(_ found: [Contact], me: ID<Member>) {
        known = found
        own = found.first { $0.member == me }?.id
    }

    /// What a form asks; none where there is nothing to be said.
    ///
    /// - Parameter chosen: What was sent, nil for a form that was not yet.
    func items(_ entered: ConsoleVisit, chosen: String?, _ errors: FieldErrors) -> [FormItem] {
        let (word, error) = (entered.words[.contact], errors[Self.name])
        let isNeeded = entered.product.policy.accessKeys == .required
        guard entered.product.policy.accessKeys != .off, isNeeded || !known.isEmpty || error != nil else { return [] }
        let label = "For which \(word.singular)?"
        guard known.count <= Self.most else {
            return [
                .text(
                    TextField(
                        label: label, name: Self.name, value: chosen ?? "",
                        hint:
                            "Their ID, which stands on their page: there are too many for a list.\(isNeeded ? "" : " Empty for nobody.")",
                        error: error, maximum: 64, isRequired: isNeeded, isCode: true))
            ]
        }
        let value = chosen ?? (isNeeded ? own?.description : nil) ?? ""
        let nobody = Segmented.Option(value: "", words: isNeeded ? "Choose…" : "Nobody", isChosen: value.isEmpty)
        return [
            .select(
                SelectField(
                    label: label, name: Self.name,
                    options: [nobody]
                        + known.map { contact in
                            let id = contact.id.description
                            return Segmented.Option(
                                value: id, words: contact.id == own ? "\(contact.name) (you)" : contact.name,
                                isChosen: id == value)
                        },
                    hint: known.isEmpty
                        ? nothing(entered)
                        : "The token acts for them, as one that came of their \(entered.words[.accessKey].singular).",
                    error: error))
        ]
    }

    /// Why nobody can be chosen.
    private func nothing(_ entered: ConsoleVisit) -> String {
        let word = entered.words[.contact]
        return entered.may(.contactsManage)
            ? "There is no \(word.singular) yet for whom it could act."
            : "Ask somebody who manages \(word.plural): it has to act for one of them."
    }

    /// What they are called, nil for nobody who stands in the list.
    func name(of id: ID<Contact>?) -> String? { known.first { $0.id == id }?.name }
}
