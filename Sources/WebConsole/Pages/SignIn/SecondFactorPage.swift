/// Asks for a code after the password.
struct SecondFactorPage: Page {
    static let template = PageTemplate.secondFactor
    var title: String { "One more step" }

    let action: String
    let token: String
    let ticket: String
    let continuation: String?
    let startAgainLink: String
    var notice: Notice?
}
