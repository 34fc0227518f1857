import CredentialFormat

/// What fills templates. It holds secrets.
package struct RequestValues: Sendable, Redacted {
    private var values: [TemplateValue: String]

    package init(_ values: [TemplateValue: String] = [:]) {
        self.values = values
    }

    package subscript(value: TemplateValue) -> String? {
        get { values[value] }
        set { values[value] = newValue }
    }
}
