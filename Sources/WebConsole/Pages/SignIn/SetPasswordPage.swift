/// Asks for a password, from who came by an invitation or a link to reset one.
struct SetPasswordPage: Page {
    static let template = PageTemplate.setPassword
    var title: String { name.map { "Welcome, \($0)" } ?? "Set a new password" }

    /// Whom to welcome, nil for who has been here before.
    let name: String?
    let organization: String
    /// Whether it comes by an invitation.
    let invitation: Bool
    /// Who invited, where that is a person of the organization.
    let inviter: String?
    /// As what, in words.
    let roles: String?
    /// With the link's token in it, so that the address still works by itself once a password was refused.
    let action: String
    let token: String
    /// That of the link.
    let secret: String
    /// Who it is for, where the link proves an address.
    let member: String?
    /// Where to go on afterwards.
    let continuation: String?
    let email: String
    /// What a password must be.
    let rule: String
    let button: String
    var notice: Notice?
}
