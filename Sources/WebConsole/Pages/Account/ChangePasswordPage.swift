/// Asks for a new password.
struct ChangePasswordPage: Page {
    static let template = PageTemplate.changePassword
    var title: String { "Change your password" }

    let shell: Shell?
    let action: String
    let token: String
    let email: String
    let rule: String
    let accountLink: String
    var notice: Notice?
}
