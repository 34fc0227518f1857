/// Asks for e-mail and password.
struct SignInPage: Page {
    static let template = PageTemplate.signIn
    /// The layout appends the product's name.
    var title: String { "Sign in" }

    let action: String
    let token: String
    /// Where to go on afterwards.
    let continuation: String?
    /// The app that the user goes on to, if there is one.
    let app: String?
    /// What stands in the field already.
    let email: String?
    let forgotLink: String
    var notice: Notice?
}
