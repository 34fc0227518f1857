/// What a request presents to prove something, of which nothing is known yet: a secret, a code, a token.
package struct PresentedText: Sendable, Redacted {
    /// The text itself.
    package let text: String

    /// A text as it was presented.
    package init(_ text: String) {
        self.text = text
    }

    /// Its bytes.
    package var utf8: String.UTF8View { text.utf8 }
}
