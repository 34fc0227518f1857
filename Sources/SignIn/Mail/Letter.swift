package import Model

/// A mail of ours in plain text.
package struct Letter: Sendable, CustomStringConvertible, CustomReflectable {
    package let to: EmailAddress
    package let subject: String
    package let body: String

    package init(to: EmailAddress, subject: String, body: String) {
        self.to = to
        self.subject = subject
        self.body = body
    }

    /// Says nothing: there are links in letters.
    package var description: String { "letter" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
