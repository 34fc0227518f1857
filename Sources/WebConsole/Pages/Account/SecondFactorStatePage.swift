/// What can be done about a second factor that there is.
struct SecondFactorStatePage: Page {
    static let template = PageTemplate.secondFactorState
    var title: String { "Two-step verification" }

    let shell: Shell?
    let words: String
    let renewAction: String
    let renewToken: String
    let removeLink: String
    let accountLink: String
    var notice: Notice?
}
