/// Part of a provider's addresses that differs from one connection or installation to the next, such as a shop or a tenant.
package struct ProviderVariable: Sendable, Equatable {
    /// As templates name it: `{vars.shop}`.
    package let name: String
    /// What a person who must give it is asked for.
    package let title: String
    /// What holds where nobody gives it, nil where it must be given to connect.
    package let standard: String?
    /// The form that a value must have as a whole (a regular expression of ECMA-262 without look-around and back references).
    package let pattern: String

    package init(name: String, title: String, standard: String? = nil, pattern: String) {
        self.name = name
        self.title = title
        self.standard = standard
        self.pattern = pattern
    }

    /// The longest value.
    package static let maximumLength = 200

    /// Whether a value has the form. It may then stand in a host.
    package func allows(_ value: String) -> Bool {
        guard (1...Self.maximumLength).contains(value.utf8.count), let form = try? Regex(pattern) else { return false }
        return (try? form.wholeMatch(in: value)) != nil && value.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
