import Credentials
import Model
import Policy
import ProductDefinition

/// What the forms of an API key ask for, as it was written.
struct APIKeyForm: Sendable {
    var name = ""
    var description = ""
    /// In seconds.
    var lifetime: String
    /// One address or block a line.
    var addresses = ""
    var scopes: Set<String> = []
    /// Such as `100/minute`; empty for none.
    var callLimit = ""

    init(of product: Product) {
        lifetime = String(product.policy.apiKeyLifetimes.standard)
    }

    /// What a key has now.
    init(of key: APIKey) {
        name = key.name
        description = key.description ?? ""
        lifetime = ""
        addresses = AddressField.text(of: key.addresses)
        callLimit = key.callLimit?.description ?? ""
        scopes = Set(key.scopes.scopes.map(\.name))
    }

    /// What was sent.
    init(_ form: PageForm, of product: Product) {
        name = form.text("name")
        description = form.text("description")
        lifetime = form["lifetime_seconds"] ?? String(product.policy.apiKeyLifetimes.standard)
        addresses = form.text("allowed_addresses")
        callLimit = CallLimitField.text(of: form)
        scopes = Set(ScopeChoice.names(in: form, of: product))
    }

    /// The fields of the first of two steps.
    static let details: Set = [
        "name", "description", "lifetime_seconds", "allowed_addresses", CallLimitField.name,
    ]
    /// Those of both.
    static let names = details.union(["scopes"])

    var draft: APIKeyDraft {
        // What is no number is none of the lifetimes that there are, so the service refuses it.
        APIKeyDraft(
            name: name, description: description, lifetimeSeconds: Int(lifetime) ?? 0, scopes: scopes.sorted(),
            allowedAddresses: AddressField.blocks(of: addresses), callLimit: CallLimitField.limit(of: callLimit))
    }

    var edit: APIKeyEdit {
        APIKeyEdit(
            description: .some(description), scopes: scopes.sorted(),
            allowedAddresses: .some(AddressField.blocks(of: addresses)),
            callLimit: .some(CallLimitField.limit(of: callLimit)))
    }

    /// What the first step leaves to the second.
    var carried: [HiddenField] {
        [
            HiddenField(name: "name", value: name), HiddenField(name: "description", value: description),
            HiddenField(name: "lifetime_seconds", value: lifetime),
            HiddenField(name: "allowed_addresses", value: addresses),
            HiddenField(name: CallLimitField.name, value: callLimit),
        ]
    }

    // MARK: - Sections

    func detailSections(_ entered: ConsoleVisit, _ errors: FieldErrors) -> [FormSection] {
        let word = entered.words[.apiKey].singular
        return [
            FormSection(
                heading: "What it is called", words: "Can’t be changed later: logs and colleagues rely on it.",
                items: [
                    .text(
                        TextField(
                            label: "Name", name: "name", value: name,
                            hint: "Name it after the system that uses it and what for, such as “BI Dashboard”.",
                            error: errors["name"], isRequired: true)),
                    descriptionItem(errors),
                ]),
            FormSection(
                heading: "Lifetime",
                words: "When it expires. Can’t be changed later, except by rotating it.",
                items: [.radios(Self.lifetimes(entered, chosen: lifetime, error: errors["lifetime_seconds"]))]),
            FormSection(
                heading: "Restrict IP addresses", words: "Where the \(word) may be used from.",
                items: [.area(AddressField.field(addresses, entered, errors))]),
            limitSection(entered, errors, isFolded: errors[CallLimitField.name] == nil),
        ]
    }

    private func limitSection(_ entered: ConsoleVisit, _ errors: FieldErrors, isFolded: Bool = false) -> FormSection {
        FormSection(
            heading: "Limit", words: "How often it may be used.", isFolded: isFolded,
            items: [CallLimitField.item(callLimit, entered, errors)])
    }

    private func descriptionItem(_ errors: FieldErrors) -> FormItem {
        .area(
            TextField(
                label: "Description", name: "description", value: description,
                hint: "Optional: who runs it, and where to find it.", error: errors["description"], maximum: 2000))
    }

    func scopeSection(_ entered: ConsoleVisit, _ errors: FieldErrors) -> FormSection {
        FormSection(
            heading: "Scopes", words: "What it may do. Give it no more than it needs; you can change this at any time.",
            items: [
                .rights(
                    ScopeChoice(
                        .boxes, of: entered.product, chosen: scopes, permissions: entered.givable,
                        error: errors["scopes"]))
            ])
    }

    /// What may be changed of a key, and what may not with the reason.
    func editSections(_ key: APIKey, _ entered: ConsoleVisit, _ errors: FieldErrors) -> [FormSection] {
        [
            FormSection(
                heading: "Details", words: nil,
                items: [
                    .fixed(
                        Fact(
                            term: "Name", text: key.name,
                            under: "Can’t be changed: the audit log knows it by this name.")),
                    .fixed(
                        Fact(
                            term: "Lifetime", text: "Until \(DateWords.minute(key.expiresAt))",
                            under:
                                "Can’t be changed: rotate the \(entered.words[.apiKey].singular) to give it a new expiry."
                        )),
                    descriptionItem(errors),
                ]),
            FormSection(
                heading: "Restrict IP addresses", words: "Where it may be used from.",
                items: [.area(AddressField.field(addresses, entered, errors))]),
            limitSection(entered, errors),
            scopeSection(entered, errors),
        ]
    }

    /// The lifetimes that the product offers, each with its last moment.
    ///
    /// - Parameter kept: The end to stay with, where that is a choice.
    static func lifetimes(
        _ entered: ConsoleVisit, chosen: String, kept: Instant? = nil, error: String? = nil
    ) -> RadioField {
        let policy = entered.product.policy.apiKeyLifetimes
        let keeping = kept.map { end in
            RadioField.Option(
                value: "", words: "Keep the current expiry", under: "until \(DateWords.minute(end))",
                isChosen: chosen.isEmpty)
        }
        let offered = policy.offered.map { seconds in
            RadioField.Option(
                value: "\(seconds)", words: lifetimeWords(seconds),
                under: "until \(DateWords.minute(entered.now.adding(seconds: seconds)))",
                isChosen: chosen == "\(seconds)")
        }
        return RadioField(
            legend: "\(entered.words[.apiKey].capitalized) lifetime",
            name: "lifetime_seconds", options: [keeping].compactMap(\.self) + offered,
            hint: "At most \(Spans.words(policy.maximum)): set by \(entered.product.name).", error: error)
    }

    private static func lifetimeWords(_ seconds: Int) -> String {
        switch seconds {
        case 7 * 86_400: "1 week"
        case 30 * 86_400: "30 days"
        default: Spans.words(seconds)
        }
    }
}
