/// Turns two-step verification on, in three steps: the key for an authenticator app, the recovery codes, and a code that
/// proves that the app has the key. All steps carry the same sealed offer, and only the last changes anything.
struct SecondFactorSetupPage: Page {
    static let template = PageTemplate.secondFactorSetup
    var title: String { "Turn on two-step verification" }

    /// What a page of it asks for; the value of the button that leads there.
    enum Step: String, Sendable {
        case scan, codes, confirm
    }

    let shell: Shell?
    let isScan: Bool
    let isCodes: Bool
    let isConfirm: Bool
    let action: String
    let token: String
    /// The key in base32, four characters each.
    let groups: [String]
    /// The `otpauth:` URI.
    let address: String
    /// The same as a QR code, as the address of a picture.
    let picture: String?
    let codes: [String]
    /// The codes as a text file, as an address.
    let download: String
    /// Key and codes, sealed, as they come back with the form.
    let offer: String
    let accountLink: String
    let isRecovery = false
    let focusesCode = true
    var notice: Notice?
}
