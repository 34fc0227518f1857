/// Asks for e-mail and password.
struct SignInPage: Page {
    static let template = PageTemplate.signIn
    var title: String { "Sign in" }

    let action: String
    let token: String
    /// Where to go on afterwards.
    let continuation: String?
    /// What for, in words.
    let reason: String?
    /// What stands in the field already.
    let email: String?
    let forgotLink: String
    var notice: Notice?
}
