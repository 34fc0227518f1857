import ProductDefinition

/// What was just done, to be told once on the page that follows a redirect.
///
/// A word in a cookie for a minute, and neither text nor part of an address: so no link has the page say what did not
/// happen, and to load it again says nothing.
enum Done: String, Sendable, CaseIterable {
    case passwordSet = "password-set"
    case passwordChanged = "password-changed"
    case emailChanged = "email-changed"
    case secondFactorAdded = "second-factor-added"
    case secondFactorRemoved = "second-factor-removed"
    case sessionEnded = "session-ended"
    case otherSessionsEnded = "other-sessions-ended"
    case appTakenBack = "app-taken-back"
    case appCreated = "app-created"
    case appSaved = "app-saved"
    case appDeleted = "app-deleted"
    case contactCreated = "contact-created"
    case contactSaved = "contact-saved"
    case contactDisabled = "contact-disabled"
    case contactEnabled = "contact-enabled"
    case contactDeleted = "contact-deleted"
    case accessKeyDisabled = "access-key-disabled"
    case accessKeyEnabled = "access-key-enabled"
    case accessKeyDeleted = "access-key-deleted"
    case consentRemoved = "consent-removed"
    case consentsRemoved = "consents-removed"
    case integrationSaved = "integration-saved"
    case integrationDeleted = "integration-deleted"
    case secretEnded = "secret-ended"
    case secretShownBefore = "secret-shown-before"
    case secretExtended = "secret-extended"
    case apiKeySaved = "api-key-saved"
    case apiKeyDeleted = "api-key-deleted"
    case apiKeyDisabled = "api-key-disabled"
    case apiKeyEnabled = "api-key-enabled"

    /// What the page that follows says, in the product's words.
    func words(in words: ProductWords) -> String {
        switch self {
        case .passwordSet: "Password set. You’re signed in."
        case .passwordChanged: "Password changed. You’re signed out everywhere else."
        case .emailChanged: "E-mail address changed. You sign in with it from now on."
        case .secondFactorAdded: "Two-step verification is on."
        case .secondFactorRemoved: "Two-step verification is off. You sign in with your password alone."
        case .sessionEnded: "Signed out of that device."
        case .otherSessionsEnded: "Signed out everywhere else."
        case .integrationSaved: "Changes saved. They count from the next token on."
        case .integrationDeleted:
            "\(words[.integration].capitalized) deleted. What it had is refused from now on."
        case .secretEnded: "The older \(words[.clientSecret].singular) no longer works."
        case .secretShownBefore:
            "That was done already, and the secret was shown once. If you don’t have it, rotate it."
        case .secretExtended: "The older \(words[.clientSecret].singular) works for longer."
        case .apiKeySaved: "Changes saved. They count from the next call on."
        case .apiKeyDeleted: "\(words[.apiKey].capitalized) deleted. It is refused from now on."
        case .apiKeyDisabled: "\(words[.apiKey].capitalized) disabled. It is refused until you enable it."
        case .apiKeyEnabled: "\(words[.apiKey].capitalized) enabled. It works again."
        case .appCreated: "\(words[.app].capitalized) created."
        case .contactCreated: "\(words[.contact].capitalized) created."
        case .contactSaved: "Changes saved."
        case .contactDisabled:
            "\(words[.contact].capitalized) disabled. None of their \(words[.accessKey].plural) is accepted."
        case .contactEnabled: "\(words[.contact].capitalized) enabled."
        case .contactDeleted: "\(words[.contact].capitalized) deleted."
        case .accessKeyDisabled: "\(words[.accessKey].capitalized) disabled. It is refused until you enable it."
        case .accessKeyEnabled: "\(words[.accessKey].capitalized) enabled. It works again."
        case .accessKeyDeleted: "\(words[.accessKey].capitalized) deleted. It is refused from now on."
        case .appSaved: "Changes saved. They count from now on."
        case .appDeleted: "\(words[.app].capitalized) deleted. What it had is refused from now on."
        case .consentRemoved: "Access removed."
        case .consentsRemoved: "All access removed."
        case .appTakenBack: "Access removed. The app can no longer use your account there."
        }
    }
}
