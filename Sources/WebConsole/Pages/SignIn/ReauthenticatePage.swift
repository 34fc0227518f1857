/// Asks who is signed in to prove it once more.
struct ReauthenticatePage: Page {
    static let template = PageTemplate.reauthenticate
    var title: String { "Confirm it’s you" }

    /// What is asked for beside the password.
    struct Code: Hashable, Sendable {
        let isRecovery: Bool
        /// Leads to the same page with the other kind.
        let otherLink: String
    }

    let action: String
    let token: String
    let continuation: String
    let email: String
    /// Whether a code is asked for, and of which kind.
    let code: Code?
    let accountLink: String
    var notice: Notice?
    /// The password comes first.
    let focusesCode = false
    let shell: Shell?
}
