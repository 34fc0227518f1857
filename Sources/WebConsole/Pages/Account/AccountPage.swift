/// Who I am, how I sign in, and where I am signed in.
struct AccountPage: Page {
    static let template = PageTemplate.account
    var title: String { "Account" }

    /// One's two-step verification, and what can be done about it.
    struct SecondFactor: Hashable, Sendable {
        let words: String
        let button: String
        let address: String
    }

    struct Session: Hashable, Sendable {
        let id: String
        let device: String
        /// When it was last used.
        let seen: TimeWords
        /// From where it was begun.
        let place: String?
        let begun: TimeWords
        let isThis: Bool
        let endToken: String
    }

    let shell: Shell?
    let name: String
    let email: String
    let organization: String
    /// `Role` or `Roles`.
    let rolesTerm: String
    let roles: String?
    /// Through which other pages, for who was handed over.
    let signedInThrough: String?
    /// Whether one signs in here, and is not only handed over.
    let canSignIn: Bool
    let changeEmailLink: String
    let changePasswordLink: String
    /// Nil where nobody is told anything by e-mail.
    let noticesLink: String?
    let secondFactor: SecondFactor
    /// This one first, then as they were used last.
    let sessions: [Session]
    let endAction: String
    let hasOthers: Bool
    let endOthersAction: String
    let endOthersToken: String
    var notice: Notice?
}
