/// Shows the key for an authenticator app, this once, and asks for a code that proves that the app has it.
struct SecondFactorSetupPage: Page {
    static let template = PageTemplate.secondFactorSetup
    var title: String { "Add a second factor" }

    let action: String
    let token: String
    /// In base32. It comes back with the form, to be shown again after a wrong code.
    let secret: String
    /// The same, four characters each.
    let groups: [String]
    /// The `otpauth:` URI, the first time.
    let address: String?
    /// The same as a QR code, as the address of a picture.
    let picture: String?
    let accountLink: String
    var notice: Notice?
}
