import Policy

/// The field for how many calls may be made, in the forms of all that calls with a credential.
enum CallLimitField {
    static let name = "call_limit"

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
