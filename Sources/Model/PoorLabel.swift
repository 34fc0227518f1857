/// A name that tells nobody what it names, such as “Test” or “API Key 1”. It is allowed, and who gives it is told.
package enum PoorLabel {
    /// The hint for a name in `field`, nil for a name that says something.
    package static func hint(for name: String, in field: String) -> InvalidField? {
        guard isPoor(name) else { return nil }
        return InvalidField(
            field, "poor_label",
            """
            Says neither which system uses it nor what for. With several, a name such as “ERP Data Sync” tells them \
            apart.
            """)
    }

    /// Whether nothing is left of it without numbers, marks and words that fit everything.
    private static func isPoor(_ name: String) -> Bool {
        let words = name.lowercased().split { !$0.isLetter }.map(String.init)
        return words.allSatisfy { $0.count == 1 || emptyWords.contains($0) }
    }

    private static let emptyWords: Set = [
        "access", "api", "app", "asdf", "bar", "client", "copy", "credential", "credentials", "default", "demo",
        "draft",
        "example", "foo", "id", "integration", "integrations", "key", "keys", "main", "my", "name", "new", "no",
        "number",
        "oauth", "of", "our", "sample", "secret", "temp", "test", "testing", "tests", "the", "tmp", "token", "tokens",
        "try", "untitled", "xx", "xxx", "your",
    ]
}
