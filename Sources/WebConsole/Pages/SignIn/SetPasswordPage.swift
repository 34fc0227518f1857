/// Asks for a password, from who came by an invitation or a link to reset one.
struct SetPasswordPage: Page {
    static let template = PageTemplate.setPassword
    var title: String { heading }

    let heading: String
    let lead: String
    let action: String
    let token: String
    /// That of the link.
    let secret: String
    let email: String
    /// What a password must be.
    let rule: String
    let button: String
    var notice: Notice?
}
