/// Shows new recovery codes, this once.
struct RecoveryCodesPage: Page {
    static let template = PageTemplate.recoveryCodes
    var title: String { "Your recovery codes" }

    let codes: [String]
    let accountLink: String
    var notice: Notice?
}
