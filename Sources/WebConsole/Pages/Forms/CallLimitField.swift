import ProductDefinition

/// The field for how many calls may be made, in the forms of all that calls with a credential.
enum CallLimitField {
    static let name = "call_limit"

    /// What was written, empty for nothing.
    static func text(of form: PageForm) -> String { form.text("call_limit") }

    /// What it says, nil for nothing.
    static func limit(of text: String) -> String? { text.isEmpty ? nil : text }

    static func item(_ value: String, _ entered: ConsoleVisit, _ errors: FieldErrors) -> FormItem {
        .text(
            TextField(
                label: "Calls at most", name: name, value: value,
                hint: """
                    Such as 100/minute: per second, minute, hour, day or month. Empty for what \(entered.product.name) allows, which it \
                    never exceeds.
                    """, error: errors[name], maximum: 17))
    }
}
