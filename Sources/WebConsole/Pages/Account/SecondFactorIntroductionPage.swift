/// Says what two-step verification is good for, and begins to set it up.
struct SecondFactorIntroductionPage: Page {
    static let template = PageTemplate.secondFactorIntroduction
    var title: String { "Turn on two-step verification" }

    let shell: Shell?
    let action: String
    let token: String
    let accountLink: String
}
