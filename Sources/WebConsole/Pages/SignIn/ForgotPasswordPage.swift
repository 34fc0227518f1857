/// Asks whose password was forgotten.
struct ForgotPasswordPage: Page {
    static let template = PageTemplate.forgotPassword
    var title: String { "Forgot your password?" }

    let action: String
    let token: String
    /// Where a sign-in goes on afterwards.
    let continuation: String?
    let email: String?
    let signInLink: String
    var notice: Notice?
}
