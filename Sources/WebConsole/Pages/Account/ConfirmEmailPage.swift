/// Stands between the link that went to a new e-mail address and its use: programs that look into mails press no buttons.
struct ConfirmEmailPage: Page {
    static let template = PageTemplate.confirmEmail
    var title: String { "Confirm your e-mail address" }

    let shell: Shell?
    let action: String
    let token: String
    let secret: String
    let current: String
    let wanted: String
    let organization: String
    let accountLink: String
    var notice: Notice?
}
