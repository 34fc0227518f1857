/// Asks whether to turn the second factor off.
struct SecondFactorRemovalPage: Page {
    static let template = PageTemplate.secondFactorRemoval
    var title: String { "Turn the second factor off?" }

    let action: String
    let token: String
    let keepLink: String
}
