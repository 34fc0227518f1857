import SignIn

/// What is said about passwords.
enum PasswordWords {
    static let rule =
        "At least \(PasswordPolicy.length.lowerBound) characters. A few unrelated words work well."
}
