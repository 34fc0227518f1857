/// Asks who is signed in to prove it once more.
struct ReauthenticatePage: Page {
    static let template = PageTemplate.reauthenticate
    var title: String { "Is it you?" }

    let action: String
    let token: String
    let continuation: String
    let email: String
    let hasSecondFactor: Bool
    var notice: Notice?
}
