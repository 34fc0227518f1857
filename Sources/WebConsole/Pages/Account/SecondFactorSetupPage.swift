/// Shows the key for an authenticator app and the recovery codes, and asks for a code that proves that the app has the key.
struct SecondFactorSetupPage: Page {
    static let template = PageTemplate.secondFactorSetup
    var title: String { "Add a second factor" }

    let action: String
    let token: String
    /// The key in base32, four characters each.
    let groups: [String]
    /// The `otpauth:` URI.
    let address: String
    /// The same as a QR code, as the address of a picture.
    let picture: String?
    let codes: [String]
    /// Key and codes, sealed, as they come back with the form.
    let offer: String
    let accountLink: String
    var notice: Notice?
}
