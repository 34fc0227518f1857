package import Model
import Notices
import Policy
import ProductDefinition
import TextForms

/// Where a page of ours stands. All links between pages come from here.
package enum ConsoleURL: Hashable, Sendable {
    /// The issuer itself.
    case home
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
    case forgotPasswordContinuing(ReturnPath)
    case passwordReset
    case invitation
    case handOver
    /// Where a link leads that was mailed to a new address.
    case emailChange
    /// One of the four above with the secret of a link, and where its page goes on to.
    case oneTime(OneTimeLink.Purpose, secret: String, ReturnPath?)
    case account
    case password
    case email
    /// Where password managers look for ``password`` (W3C, A Well-Known URL for Changing Passwords).
    case wellKnownPassword
    /// What one is told by e-mail.
    case notices
    /// Where a link in such a mail leads that stops them.
    case pauseNotices
    /// The same with what the link carries.
    case pausingNotices(String)
    case secondFactorOfAccount
    case confirmSecondFactor
    case endSessionOfAccount
    case endOtherSessions
    case newRecoveryCodes
    case keepRecoveryCodes
    case removeSecondFactor
    case apps
    case takeBack
    case consent
    /// Every part of the pages' look. In development alone.
    case parts
    case returning(ReturnPath)
    /// A page of an account's console.
    case console(ConsoleAddress)
    /// A page of the operator's, with the identifier that it is about, if it is about one.
    case operating(OperatorPage, String)

    /// The path, without what may stand behind it.
    var path: String {
        switch self {
        case .home: "/"
        case .signIn, .signInContinuing: ReservedPath.signIn.path
        case .secondFactor: ReservedPath.signIn.below("second-factor")
        case .chooseOrganization: ReservedPath.signIn.below("organization")
        case .signInAgain: ReservedPath.signIn.below("again")
        case .signOut: ReservedPath.signOut.path
        case .endSession: ServedEndpoint.logout.path
        case .confirmEndSession: ServedEndpoint.logout.below("confirm")
        case .forgotPassword, .forgotPasswordContinuing: ReservedPath.forgotPassword.path
        case .passwordReset: ReservedPath.passwordReset.path
        case .invitation: ReservedPath.invitation.path
        case .handOver: ReservedPath.handOver.path
        case .emailChange: ReservedPath.emailChange.path
        case .oneTime(let purpose, _, _): "/\(purpose.rawValue)"
        case .account: ReservedPath.account.path
        case .password: ReservedPath.account.below("password")
        case .email: ReservedPath.account.below("email")
        case .wellKnownPassword: ReservedPath.wellKnown.below("change-password")
        case .notices: ReservedPath.account.below("notices")
        case .pauseNotices, .pausingNotices: NoticeChoiceService.pausePath
        case .secondFactorOfAccount: ReservedPath.account.below("second-factor")
        case .confirmSecondFactor: ReservedPath.account.below("second-factor/confirm")
        case .endSessionOfAccount: ReservedPath.account.below("sessions/end")
        case .endOtherSessions: ReservedPath.account.below("sessions/end-others")
        case .newRecoveryCodes: ReservedPath.account.below("second-factor/recovery-codes")
        case .keepRecoveryCodes: ReservedPath.account.below("second-factor/recovery-codes/keep")
        case .removeSecondFactor: ReservedPath.account.below("second-factor/remove")
        case .apps: ReservedPath.account.below("apps")
        case .takeBack: ReservedPath.account.below("apps/take-back")
        case .consent: ReservedPath.consent.path
        case .parts: ReservedPath.parts.path
        case .returning(let path): String(path.text.prefix { $0 != "?" })
        case .console(let address): address.path
        case .operating(let page, let identifier): page.path(identifier)
        }
    }

    /// The path and, where there is one, the query.
    var text: String {
        switch self {
        case .signInContinuing(let path), .signInAgain(let path), .forgotPasswordContinuing(let path):
            "\(self.path)?\(path.asParameter)"
        case .oneTime(_, let secret, let path):
            "\(self.path)?token=\(PercentEscape.value(secret))\(path.map { "&\($0.asParameter)" } ?? "")"
        case .pausingNotices(let token): "\(self.path)?token=\(PercentEscape.value(token))"
        case .returning(let path): path.text
        case .console(let address): address.text
        case .home, .signIn, .secondFactor, .chooseOrganization, .signOut, .endSession, .confirmEndSession,
            .forgotPassword, .passwordReset, .invitation, .handOver, .emailChange, .account, .password, .email,
            .wellKnownPassword, .notices, .pauseNotices, .secondFactorOfAccount, .confirmSecondFactor,
            .endSessionOfAccount, .endOtherSessions,
            .newRecoveryCodes, .keepRecoveryCodes, .removeSecondFactor, .apps, .takeBack, .consent, .parts, .operating:
            path
        }
    }
}
