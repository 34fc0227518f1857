/// Shows new recovery codes. They count once somebody says that they have kept them.
struct RecoveryCodesPage: Page {
    static let template = PageTemplate.recoveryCodes
    var title: String { "New recovery codes" }

    let shell: Shell?
    let codes: [String]
    /// The same as a text file, as an address.
    let download: String
    let action: String
    let token: String
    /// The codes, sealed, as they come back with the form.
    let offer: String
    let accountLink: String
    var notice: Notice?
}
