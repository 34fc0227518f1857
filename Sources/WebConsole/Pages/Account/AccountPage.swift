/// Who I am, how I sign in, and where I am signed in.
struct AccountPage: Page {
    static let template = PageTemplate.account
    static let frame = PageFrame.wide
    var title: String { "Account" }

    /// One's second factor, and what can be done about it.
    struct SecondFactor: Hashable, Sendable {
        let words: String
        let button: String
        let address: String
    }

    struct Session: Hashable, Sendable {
        let id: String
        let device: String
        let detail: String
        let isThis: Bool
        let endToken: String
    }

    let tabs: Tabs?
    let name: String
    let email: String
    let organization: String
    let roles: String?
    /// The address to go back to, for who was handed over.
    let returnLink: String?
    /// Whether one signs in here, and is not only handed over.
    let canSignIn: Bool
    let changePasswordLink: String
    let secondFactor: SecondFactor
    let sessions: [Session]
    let endAction: String
    let hasOthers: Bool
    let endOthersAction: String
    let endOthersToken: String
    var notice: Notice?
}
