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

    var words: String {
        switch self {
        case .passwordSet: "Password set. You’re signed in."
        case .passwordChanged: "Password changed. You’re signed out everywhere else."
        case .emailChanged: "E-mail address changed. You sign in with it from now on."
        case .secondFactorAdded: "Two-step verification is on."
        case .secondFactorRemoved: "Two-step verification is off. You sign in with your password alone."
        case .sessionEnded: "Signed out of that device."
        case .otherSessionsEnded: "Signed out everywhere else."
        case .appTakenBack: "Access removed. The app can no longer use your account there."
        }
    }
}
