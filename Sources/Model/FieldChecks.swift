/// Looks at the fields of a request one after another and refuses with all that is wrong at once.
package struct FieldChecks {
    /// What was noted so far.
    package private(set) var problems: [InvalidField] = []

    /// Nothing looked at yet.
    package init() {}

    /// Notes a problem.
    package mutating func refuse(_ field: String, _ code: String, _ message: String) {
        problems.append(InvalidField(field, code, message))
    }

    /// Notes a problem unless `condition` holds.
    package mutating func require(
        _ condition: Bool, _ field: String, _ code: String, _ message: @autoclosure () -> String
    ) {
        if !condition { refuse(field, code, message()) }
    }

    /// A line of text for people: without spaces around it, 1 to `maximum` Unicode scalars, something to see among them, no
    /// control characters, none that turn the direction of writing and none that nobody can see.
    package mutating func line(_ field: String, _ text: String, maximum: Int = 200) -> String {
        let trimmed = text.trimmed
        require(!trimmed.isEmpty, field, "required", "Must not be empty.")
        checkLength(field, trimmed, maximum)
        require(
            !trimmed.unicodeScalars.contains(where: \.isUnprintable), field, "invalid_character",
            "Must not contain line breaks, control characters or marks that turn the direction of writing.")
        require(
            trimmed.isEmpty || VisibleText.isVisible(trimmed) && !VisibleText.hasHidden(trimmed), field,
            "invisible_character", "Must not contain characters that nobody can see, nor consist of them.")
        return trimmed
    }

    /// Several lines of text for people: at most `maximum` Unicode scalars, line breaks and tabs allowed. Blank is nil.
    package mutating func text(_ field: String, _ text: String?, maximum: Int = 2000) -> String? {
        guard let trimmed = text?.trimmed, !trimmed.isEmpty else { return nil }
        checkLength(field, trimmed, maximum)
        require(
            !trimmed.unicodeScalars.contains { $0.isUnprintable && !["\n", "\r", "\t"].contains($0) }, field,
            "invalid_character", "Must not contain control characters or marks that turn the direction of writing.")
        return trimmed
    }

    /// An e-mail address, nil for what is none.
    package mutating func email(_ field: String, _ text: String) -> EmailAddress? {
        let email = EmailAddress(text)
        require(email != nil, field, "invalid", EmailAddress.explanation(of: text))
        return email
    }

    /// Throws ``Refusal/invalid(_:)`` with every problem noted, if any.
    package func finish() throws(Refusal) {
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private mutating func checkLength(_ field: String, _ text: String, _ maximum: Int) {
        require(
            text.unicodeScalars.count <= maximum, field, "too_long", "Must have at most \(maximum) characters.")
    }
}

extension String {
    fileprivate var trimmed: String {
        let scalars = unicodeScalars
        let head = scalars.drop { $0.properties.isWhitespace }
        guard let last = head.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(String.UnicodeScalarView(head[...last]))
    }
}

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
        default: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        }
    }
}
