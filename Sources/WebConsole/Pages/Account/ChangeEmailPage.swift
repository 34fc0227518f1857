/// Asks for another e-mail address, and for the password, which is kept anew for it.
struct ChangeEmailPage: Page {
    static let template = PageTemplate.changeEmail
    var title: String { "Change your e-mail address" }

    let shell: Shell?
    let action: String
    let token: String
    let current: String
    /// What was entered before.
    let wanted: String?
    let accountLink: String
    var notice: Notice?
}
