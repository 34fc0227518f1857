package import Model

/// A mail of ours in plain text, and on wish in HTML besides.
package struct Letter: Sendable, CustomStringConvertible, CustomReflectable {
    /// What mail programs offer to be spared more of the same (RFC 2369 §3.2, RFC 8058).
    package struct Pause: Sendable {
        /// Where a POST with the one field of RFC 8058 §3.1 is enough. Its own bytes alone, none of which ends a header.
        package let address: String

        /// Nil for what is no visible ASCII, or has an angle bracket.
        package init?(at address: String) {
            guard address.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E }) else {
                return nil
            }
            self.address = address
        }
    }

    package let to: EmailAddress
    package let subject: String
    package let body: String
    /// The same as HTML, for programs that show it.
    package let html: String?
    package let pause: Pause?
    /// What makes the `Message-ID` its own, letters, digits, points and `_` alone: who sends the same letter once more gives it the same
    /// one. Nil for a random one.
    package let name: String?

    package init(
        to: EmailAddress, subject: String, body: String, html: String? = nil, pause: Pause? = nil, name: String? = nil
    ) {
        self.to = to
        self.subject = subject
        self.body = body
        self.html = html
        self.pause = pause
        self.name = name
    }

    /// Says nothing: there are links in letters.
    package var description: String { "letter" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
