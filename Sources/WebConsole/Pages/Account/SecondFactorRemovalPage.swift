/// Asks whether to turn the second factor off.
struct SecondFactorRemovalPage: Page {
    static let template = PageTemplate.secondFactorRemoval
    var title: String { "Turn off two-step verification?" }

    let shell: Shell?
    let action: String
    let token: String
    let keepLink: String
}
