/// Asks for a code after the password.
struct SecondFactorPage: Page {
    static let template = PageTemplate.secondFactor
    var title: String { "Two-step verification" }

    let action: String
    let token: String
    let ticket: String
    let continuation: String?
    /// Whether a recovery code is asked for instead.
    let isRecovery: Bool
    let startAgainLink: String
    let focusesCode = true
    var notice: Notice?
}
