import CredentialFormat

/// What a name must contain, whatever the case of its letters: typed by somebody who looks for an organization.
///
/// Both engines fold ASCII alone (`lower` under PostgreSQL's collation `C`, and SQLite's). Other letters are looked for as they
/// were typed, and all small or all capital.
package struct NameSearch: Hashable, Sendable {
    /// The longest that is looked for, in characters.
    package static let maximumLength = 100

    /// As it was typed, without blanks at either end.
    package let text: String

    /// Nil for nothing to look for.
    package init?(_ text: String?) {
        guard let text else { return nil }
        let trimmed = text.drop { $0.isWhitespace }.prefix(Self.maximumLength)
        self.text = String(String(trimmed.reversed()).drop { $0.isWhitespace }.reversed())
        guard !self.text.isEmpty else { return nil }
    }

    /// A condition on a column.
    func condition(on column: StaticString) -> BoundSQL {
        let typed = Self.asciiLowercased(text)
        let small = text.lowercased()
        let capital = Self.asciiLowercased(text.uppercased())
        return """
            (lower(\(fixed: column)) LIKE \(Self.pattern(typed)) ESCAPE '!'
            OR lower(\(fixed: column)) LIKE \(Self.pattern(small)) ESCAPE '!'
            OR lower(\(fixed: column)) LIKE \(Self.pattern(capital)) ESCAPE '!')
            """
    }

    /// Whether a column has the identifier that was typed. A text that is none is that of no row.
    func identifier<E: Entity>(of: E.Type, on column: StaticString) -> BoundSQL {
        "\(fixed: column) = \(ID<E>(parsing: text) ?? ID(value: 0))"
    }

    /// Whether a column that shows the first and last characters of a secret ends with these.
    func ending(on column: StaticString) -> BoundSQL {
        "\(fixed: column) LIKE \("%…" + Self.pattern(text).dropFirst().dropLast()) ESCAPE '!'"
    }

    /// As both engines fold it.
    static func asciiLowercased(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
                }))
    }

    /// What contains a text, for `LIKE … ESCAPE '!'`.
    static func pattern(_ text: String) -> String {
        "%" + text.replacing("!", with: "!!").replacing("%", with: "!%").replacing("_", with: "!_") + "%"
    }
}
