/// What was just done, to be told once on the page that follows a redirect.
///
/// A word in a cookie for a minute, and neither text nor part of an address: so no link has the page say what did not
/// happen, and to load it again says nothing.
enum Done: String, Sendable, CaseIterable {
    case passwordSet = "password-set"
    case passwordChanged = "password-changed"
    case secondFactorAdded = "second-factor-added"
    case secondFactorRemoved = "second-factor-removed"
    case sessionEnded = "session-ended"
    case otherSessionsEnded = "other-sessions-ended"
    case appTakenBack = "app-taken-back"

    var words: String {
        switch self {
        case .passwordSet: "Your password is set, and you are signed in."
        case .passwordChanged: "Your password is changed. All your other sessions have ended."
        case .secondFactorAdded: "The second factor is on."
        case .secondFactorRemoved: "The second factor is off. Your password alone signs you in."
        case .sessionEnded: "That session has ended."
        case .otherSessionsEnded: "All your other sessions have ended."
        case .appTakenBack: "Taken back. The app can do nothing for you there any more."
        }
    }
}
