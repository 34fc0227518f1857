/// Asks whose password was forgotten.
struct ForgotPasswordPage: Page {
    static let template = PageTemplate.forgotPassword
    var title: String { "Forgot your password?" }

    let action: String
    let token: String
    let email: String?
    let signInLink: String
    var notice: Notice?
}
