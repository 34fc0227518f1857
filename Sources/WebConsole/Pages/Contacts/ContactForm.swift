import CredentialFormat
import Model
import ProductDefinition

/// Asks for a contact: a new one, or what is to change of one.
struct ContactForm: Sendable {
    /// The fields that have a place for what is wrong with them.
    static let names: Set = ["name", "email", "member_id"]
    /// How many members stand in a list.
    static let most = 200

    private let contact: Contact?
    private let name: String
    private let email: String
    private let member: String
    private let eligible: [Member]

    /// - Parameters:
    ///   - contact: The one that changes, nil for a new one.
    ///   - form: What was sent, nil for what is there already.
    ///   - eligible: The members who may be the contact, up to one more than a list holds.
    init(_ contact: Contact?, sent form: PageForm?, eligible: [Member]) {
        self.contact = contact
        self.eligible = eligible
        name = form.map { $0.text("name") } ?? contact?.name ?? ""
        email = form.map { $0.text("email") } ?? contact?.email?.text ?? ""
        member = form.map { $0.text("member_id") } ?? contact?.member?.description ?? ""
    }

    /// What a refusal says of the form, at its fields.
    ///
    /// - Throws: The refusal itself where it is about no form.
    static func errors(of refusal: Refusal, _ product: Product) throws(Refusal) -> FieldErrors {
        if case .conflict(code: "member_is_contact", explanation: let explanation) = refusal {
            return FieldErrors([InvalidField("member_id", "member_is_contact", explanation)])
        }
        return try FieldErrors(of: refusal, product)
    }

    func page(_ entered: ConsoleVisit, _ errors: FieldErrors) -> FormPage {
        let word = entered.words[.contact]
        let id = contact?.id.description
        let page = contact == nil ? ConsolePage.newContact : .contactSettings
        let title = contact.map { "Edit \($0.name)" } ?? "Create \(word.singular)"
        return FormPage(
            shell: contact.map { contact in
                entered.shell(
                    below: "Edit", Crumb(words: contact.name, address: entered.link(.contact, contact.id.description)))
            } ?? entered.shell(below: title),
            pageHead: PageHead(
                title: title,
                lead:
                    "They need not be able to sign in. The e-mail address is for you to tell them by; nothing is sent there.",
                action: nil, reason: nil),
            notice: errors.notice(besides: Self.names), sentTo: id.map { entered.link(page, $0) } ?? entered.link(page),
            token: id.map { entered.token(sentTo: page, $0) } ?? entered.token(sentTo: page),
            fields: contact == nil
                ? [.idempotencyKey()] : [],
            sections: [
                FormSection(
                    items: [
                        .text(
                            TextField(label: "Name", name: "name", value: name, error: errors["name"], isRequired: true)
                        ),
                        .text(
                            TextField(
                                label: "E-mail (optional)", name: "email", value: email, error: errors["email"],
                                maximum: 254)),
                    ] + memberItems(entered, errors))
            ], verb: contact == nil ? title : "Save changes",
            cancelLink: id.map { entered.link(.contact, $0) } ?? entered.link(.contacts))
    }

    /// Who they are where they sign in; asked of those alone who see members.
    private func memberItems(_ entered: ConsoleVisit, _ errors: FieldErrors) -> [FormItem] {
        guard entered.may(.membersRead) else { return [] }
        let (word, error) = (entered.words[.member], errors["member_id"])
        let label = "Signs in as"
        let hint =
            "\(word.indefinite.capitalizedFirst) of \(entered.organization.name), who may then have tokens act for themself."
        guard eligible.count <= Self.most else {
            return [
                .text(
                    TextField(
                        label: "\(label) (optional)", name: "member_id", value: member,
                        hint:
                            "The ID of \(word.indefinite), which stands on their page: there are too many for a list.",
                        error: error, maximum: 64, isCode: true))
            ]
        }
        let nobody = Segmented.Option(value: "", words: "Doesn’t sign in", isChosen: member.isEmpty)
        return [
            .select(
                SelectField(
                    label: label, name: "member_id",
                    options: [nobody]
                        + eligible.map { other in
                            let id = other.id.description
                            return Segmented.Option(
                                value: id, words: "\(other.name), \(other.email.text)", isChosen: id == member)
                        }, hint: hint, error: error))
        ]
    }
}
