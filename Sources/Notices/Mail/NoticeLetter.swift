package import Model

/// A mail about what became of credentials, ready to be sent. It prints nothing: there are links and names in it.
package struct NoticeLetter: Sendable, CustomStringConvertible, CustomReflectable {
    package let to: EmailAddress
    package let subject: String
    package let plain: String
    package let html: String
    /// Where a POST alone stops these mails (RFC 8058).
    package let pauseAddress: String
    /// The same for the same mail, however often it is sent: letters, digits, points and `_`.
    package let name: String

    package var description: String { "notice" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
