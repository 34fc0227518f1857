/// Says what a second factor is good for, and begins to add one.
struct SecondFactorIntroductionPage: Page {
    static let template = PageTemplate.secondFactorIntroduction
    var title: String { "Add a second factor" }

    let action: String
    let token: String
    let accountLink: String
}
