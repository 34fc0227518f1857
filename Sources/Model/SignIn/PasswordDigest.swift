/// The Argon2id digest of a password, in the PHC string format. Never printed.
package struct PasswordDigest: Sendable, CustomStringConvertible, CustomReflectable {
    package let encoded: String

    package init(encoded: String) {
        self.encoded = encoded
    }

    package var description: String { "password digest" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
