import Policy

/// Where a page of ours stands. All links between pages come from here.
package enum ConsoleURL: Hashable, Sendable {
    case signIn
    case signInContinuing(ReturnPath)
    case secondFactor
    case chooseOrganization
    /// Proves once more who one is, and goes on from there.
    case signInAgain(ReturnPath)
    case signOut
    /// Where apps send users who sign out there (OpenID Connect RP-Initiated Logout).
    case endSession
    /// Answers the question whether to sign out there.
    case confirmEndSession
    case forgotPassword
    case passwordReset
    case invitation
    case handOver
    case account
    case password
    case secondFactorOfAccount
    case confirmSecondFactor
    case endSessionOfAccount
    case endOtherSessions
    case newRecoveryCodes
    case removeSecondFactor
    case apps
    case takeBack
    case consent
    case returning(ReturnPath)

    /// The path, without what may stand behind it.
    var path: String {
        switch self {
        case .signIn, .signInContinuing: "/sign-in"
        case .secondFactor: "/sign-in/second-factor"
        case .chooseOrganization: "/sign-in/organization"
        case .signInAgain: "/sign-in/again"
        case .signOut: "/sign-out"
        case .endSession: "/oauth2/logout"
        case .confirmEndSession: "/oauth2/logout/confirm"
        case .forgotPassword: "/forgot-password"
        case .passwordReset: "/password-reset"
        case .invitation: "/invitation"
        case .handOver: "/hand-over"
        case .account: "/account"
        case .password: "/account/password"
        case .secondFactorOfAccount: "/account/second-factor"
        case .confirmSecondFactor: "/account/second-factor/confirm"
        case .endSessionOfAccount: "/account/sessions/end"
        case .endOtherSessions: "/account/sessions/end-others"
        case .newRecoveryCodes: "/account/second-factor/recovery-codes"
        case .removeSecondFactor: "/account/second-factor/remove"
        case .apps: "/account/apps"
        case .takeBack: "/account/apps/take-back"
        case .consent: "/consent"
        case .returning(let path): String(path.text.prefix { $0 != "?" })
        }
    }

    /// The canonical path of the authorization endpoint.
    static let authorize = "/oauth2/authorize"

    /// The path and, where there is one, the query.
    var text: String {
        switch self {
        case .signInContinuing(let path), .signInAgain(let path):
            "\(self.path)?\(ReturnPath.parameter)=\(PercentEscape.value(path.text))"
        case .returning(let path): path.text
        default: path
        }
    }
}
