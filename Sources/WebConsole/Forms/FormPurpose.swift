/// What a form of a page is for. A form's token is good for one purpose, and for what the page was about.
enum FormPurpose: String, Sendable, CaseIterable {
    case signIn = "sign-in"
    case secondFactor = "second-factor"
    case chooseOrganization = "choose-organization"
    case forgotPassword = "forgot-password"
    case setPassword = "set-password"
    case handOver = "hand-over"
    case signInAgain = "sign-in-again"
    case signOut = "sign-out"
    case endSession = "end-session"
    case consent
    case changePassword = "change-password"
    case changeEmail = "change-email"
    case confirmEmail = "confirm-email"
    case chooseNotices = "choose-notices"
    case beginSecondFactor = "begin-second-factor"
    case confirmSecondFactor = "confirm-second-factor"
    case newRecoveryCodes = "new-recovery-codes"
    case keepRecoveryCodes = "keep-recovery-codes"
    case removeSecondFactor = "remove-second-factor"
    case endSessionOfAccount = "end-session-of-account"
    case endOtherSessions = "end-other-sessions"
    case takeBack = "take-back"
    /// Whatever is done on a page of the console; the token is bound to the address that the form is sent to.
    case manage

    /// Whether nobody need be signed in: then the token hangs on the browser alone, and not on a session besides. Signing
    /// out is for whoever is signed in by then, if anybody is.
    var isForVisitors: Bool {
        switch self {
        case .signIn, .secondFactor, .chooseOrganization, .forgotPassword, .setPassword, .handOver, .signOut,
            .endSession:
            true
        case .signInAgain, .consent, .changePassword, .changeEmail, .confirmEmail, .chooseNotices,
            .beginSecondFactor, .confirmSecondFactor,
            .newRecoveryCodes, .keepRecoveryCodes, .removeSecondFactor, .endSessionOfAccount, .endOtherSessions,
            .takeBack, .manage:
            false
        }
    }

    /// The field whose value the page was about, if there is one.
    var boundField: StaticString? {
        switch self {
        case .consent, .endSession: "request"
        case .secondFactor, .chooseOrganization, .handOver: "ticket"
        case .setPassword, .confirmEmail: "token"
        case .confirmSecondFactor, .keepRecoveryCodes: "offer"
        case .endSessionOfAccount: "session"
        case .takeBack: "grant"
        case .signIn, .forgotPassword, .signInAgain, .signOut, .changePassword, .changeEmail, .chooseNotices,
            .beginSecondFactor,
            .newRecoveryCodes, .removeSecondFactor, .endOtherSessions, .manage:
            nil
        }
    }

    /// What the page was about on which such a form stood, as the form that came back says.
    ///
    /// - Parameter path: Where it was sent to.
    func matter(of form: PageForm, sentTo path: String) -> String {
        self == .manage ? path : boundField.map { form.text($0) } ?? ""
    }
}
