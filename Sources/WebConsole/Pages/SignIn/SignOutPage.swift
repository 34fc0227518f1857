/// Asks whether to sign out, where an app wants it and could not prove that it may.
struct SignOutPage: Page {
    static let template = PageTemplate.signOut
    var title: String { "Sign out?" }

    let action: String
    let token: String
    let request: String
    let email: String
    let accountLink: String
}
