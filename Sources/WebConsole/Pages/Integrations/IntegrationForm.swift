import Credentials
import Model
import Policy
import ProductDefinition
import SignIn

/// What the forms of an integration ask for, as it was written.
struct IntegrationForm: Sendable {
    var label = ""
    var scopes: Set<String> = []
    /// One address or block a line.
    var addresses = ""
    var format = TokenFormat.sealed.rawValue
    /// In seconds; empty for the product's own.
    var lifetime = ""
    /// Such as `100/minute`; empty for none.
    var callLimit = ""

    init() {}

    /// What an integration has now.
    init(of integration: Integration) {
        label = integration.label
        scopes = Set(integration.scopes.scopes.map(\.name))
        addresses = AddressField.text(of: integration.addresses)
        format = integration.tokenFormat.rawValue
        lifetime = integration.accessTokenSeconds.map(String.init) ?? ""
        callLimit = integration.callLimit?.description ?? ""
    }

    /// What was sent.
    init(_ form: PageForm, of product: Product) {
        label = form.text("label")
        scopes = Set(ScopeChoice.names(in: form, of: product))
        addresses = form.text("allowed_addresses")
        format = form["token_format"] ?? TokenFormat.sealed.rawValue
        lifetime = form.text("access_token_seconds")
        callLimit = CallLimitField.text(of: form)
    }

    /// Whether a new one is asked for its label alone, because the product says the rest.
    static func isLabelAlone(_ product: Product) -> Bool { product.policy.integrations.scopes != nil }

    /// - Throws: ``Refusal/invalid(_:)`` for a lifetime that is no number.
    func draft(of product: Product) throws(Refusal) -> IntegrationDraft {
        guard !Self.isLabelAlone(product) else { return IntegrationDraft(label: label, scopes: nil) }
        return IntegrationDraft(
            label: label, scopes: scopes.sorted(), allowedAddresses: .some(AddressField.blocks(of: addresses)),
            accessTokenSeconds: try seconds, tokenFormat: format, callLimit: CallLimitField.limit(of: callLimit))
    }

    /// - Throws: As ``draft(of:)``.
    var edit: IntegrationEdit {
        get throws(Refusal) {
            IntegrationEdit(
                label: label, scopes: scopes.sorted(), allowedAddresses: .some(AddressField.blocks(of: addresses)),
                accessTokenSeconds: .some(try seconds), tokenFormat: format,
                callLimit: .some(CallLimitField.limit(of: callLimit)))
        }
    }

    private var seconds: Int? {
        get throws(Refusal) {
            guard !lifetime.isEmpty else { return nil }
            guard let seconds = Int(lifetime) else {
                throw .invalid([InvalidField("access_token_seconds", "invalid", "Must be a number of seconds.")])
            }
            return seconds
        }
    }

    /// The fields that stand in the form.
    static let names: Set = [
        "label", "scopes", "allowed_addresses", "token_format", "access_token_seconds", CallLimitField.name,
    ]

    /// The sections of the form.
    func sections(_ entered: ConsoleVisit, _ errors: FieldErrors, isNew: Bool) -> [FormSection] {
        let product = entered.product
        let name = FormSection(
            heading: "What it is called", words: "People know it by this name, not by its identifier.",
            items: [
                .text(
                    TextField(
                        label: "Label", name: "label", value: label,
                        hint: "Name it after the system that uses it and what for, such as “ERP Data Sync”.",
                        error: errors["label"], isRequired: true))
            ])
        if isNew, Self.isLabelAlone(product) { return [name] }
        let rights = FormSection(
            heading: "Permissions",
            words: "What it may do. Give it no more than it needs; you can change this at any time.",
            items: [
                .rights(
                    ScopeChoice(
                        .byGroup, of: product, chosen: scopes, permissions: entered.givable, error: errors["scopes"]))
            ])
        let from = FormSection(
            heading: "Addresses",
            words: "Where its \(product.words[.clientSecret].singular) and tokens may be used from.",
            items: [.area(AddressField.field(addresses, entered, errors))])
        let maximum = product.policy.accessTokenMaximumSeconds
        let tokens = FormSection(
            heading: "Token format and lifetime", words: "What it gets is right for most.",
            isFolded: errors["access_token_seconds"] == nil && errors["token_format"] == nil,
            items: [
                .select(
                    SelectField(
                        label: "Format", name: "token_format",
                        options: [
                            Segmented.Option(
                                value: "sealed", words: "Opaque: nobody can read it, and it’s checked with us",
                                isChosen: format != "jwt"),
                            Segmented.Option(
                                value: "jwt", words: "JWT (RFC 9068): can also be checked by its signature",
                                isChosen: format == "jwt"),
                        ], error: errors["token_format"])),
                .text(
                    TextField(
                        label: "Lifetime in seconds", name: "access_token_seconds", value: lifetime,
                        hint: """
                            60 to \(maximum). Empty for the usual \(Spans.words(product.policy.accessTokenSeconds)). A short one \
                            limits what a stolen token is good for.
                            """, error: errors["access_token_seconds"], maximum: 9, type: "number")),
            ])
        let limit = FormSection(
            heading: "Limit", words: "How often its tokens may be used, all together.",
            isFolded: isNew && errors[CallLimitField.name] == nil,
            items: [CallLimitField.item(callLimit, entered, errors)])
        return [name, rights, from, limit, tokens]
    }
}

extension ConsoleVisit {
    /// The rights at our own API that one may give to a credential here.
    var givable: Set<Permission> {
        me.permissions.filter { !$0.isForOperator || me.isOperator && organization.id == me.organization.id }
    }
}
