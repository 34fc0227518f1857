package import Model

/// Which passwords may be set: long ones that are not what everybody tries first (NIST SP 800-63B §3.1.1.2). No rules about
/// digits and capitals: those make passwords worse.
package enum PasswordPolicy {
    /// How many characters, as people count them.
    package static let length = 12...256
    /// The most bytes of UTF-8, so that no character is too long. Digested whole, never cut off (threat J7).
    package static let maximumBytes = 1024

    /// Whom a password is for: what is known of them is no password.
    package struct Owner: Sendable {
        let words: [String]

        /// - Parameter product: What the pages call the product.
        package init(email: String, name: String, product: String) {
            words = [email, String(email.prefix { $0 != "@" }), name, product]
        }
    }

    /// What is wrong with a password, nil if nothing is. Never says what it was.
    package static func problem(with password: String, of owner: Owner) -> InvalidField? {
        guard password.utf8.count <= maximumBytes, password.count <= length.upperBound else {
            return InvalidField(
                "password", "too_long",
                "Use at most \(length.upperBound) characters (\(maximumBytes) bytes).")
        }
        guard password.count >= length.lowerBound else {
            return InvalidField("password", "too_short", "Use at least \(length.lowerBound) characters.")
        }
        let whole = password.lowercased().filter { !$0.isWhitespace }
        let cores = cores(of: whole)
        guard !isPattern(whole), !cores.contains(where: WellKnownPasswords.contains) else {
            return InvalidField(
                "password", "too_common",
                "This password is too easy to guess. Use a few unrelated words.")
        }
        let known = owner.words.map { squeezed($0.lowercased()) }.filter { !$0.isEmpty }
        guard !cores.contains(where: { known.contains(squeezed($0)) }) else {
            return InvalidField(
                "password", "too_personal",
                "Don’t use your name, your e-mail address or the name of this product.")
        }
        return nil
    }

    /// What is left of a password without what people put behind a word and in front of it to make it longer, and without
    /// repetition.
    private static func cores(of whole: String) -> Set<String> {
        let head = String(whole.reversed().drop { !$0.isLetter }.reversed())
        let middle = String(head.drop { !$0.isLetter })
        return Set([whole, head, middle].flatMap { [$0, unit(of: $0)] })
    }

    /// The shortest text of which a text is a repetition; the text itself if it is none.
    private static func unit(of text: String) -> String {
        let characters = Array(text)
        let length = (1...max(1, characters.count / 2)).first { length in
            characters.count % length == 0
                && characters.indices.allSatisfy { characters[$0] == characters[$0 % length] }
        }
        return String(characters.prefix(length ?? characters.count))
    }

    /// Up to four characters over and over, or characters that count up or down.
    private static func isPattern(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.map { Int($0.value) }
        let steps = zip(scalars, scalars.dropFirst()).map { $1 - $0 }
        // 9 is followed by 0.
        return unit(of: text).count <= 4
            || [-1, 1].contains { step in steps.allSatisfy { $0 == step || $0 == -9 * step } }
    }

    private static func squeezed(_ text: String) -> String {
        text.filter { $0.isLetter || $0.isNumber }
    }
}
