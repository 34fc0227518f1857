package import Model

/// Which passwords may be set. Length alone counts (NIST SP 800-63B §3.1.1.2): rules about digits and capitals make
/// passwords worse.
package enum PasswordPolicy {
    /// How many characters, as people count them.
    package static let length = 12...256
    /// The most bytes of UTF-8, so that no character is too long. Digested whole, never cut off (threat J7).
    package static let maximumBytes = 1024

    /// What is wrong with a password, nil if nothing is. Never says what it was.
    package static func problem(with password: String) -> InvalidField? {
        guard password.utf8.count <= maximumBytes, password.count <= length.upperBound else {
            return InvalidField(
                "password", "too_long",
                "A password has at most \(length.upperBound) characters and \(maximumBytes) bytes.")
        }
        guard password.count >= length.lowerBound else {
            return InvalidField("password", "too_short", "A password has at least \(length.lowerBound) characters.")
        }
        return nil
    }
}
