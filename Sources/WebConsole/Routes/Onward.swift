import Model
import ProductDefinition

/// Where somebody goes on whom a page could not serve. Nothing that an app asked for is lost on the way.
struct Onward: Hashable, Sendable {
    /// The page to load once more.
    let page: ConsoleURL
    /// Where a sign-in goes on, if the request said so.
    var continuation: ReturnPath?

    /// A sign-in, and on from there.
    var signIn: ConsoleURL { .signInContinuing(continuation ?? ReturnPath(page)) }
}

extension WebConsole {
    /// The same of who sent a form, which was shown with what its hidden fields say. They prove nothing, so each is parsed
    /// as if it came from anywhere.
    func onward(from form: PageForm, for purpose: FormPurpose, of route: PageRoute, at path: String) -> Onward {
        let continuation = returnPath(form["continue"])
        let page = route.page(at: path)
        switch purpose {
        case .consent:
            let request = form["request"].flatMap { query in
                returnPath(ReturnPath(authorizationAt: ServedEndpoint.authorize.path, query: query).text)
            }
            return Onward(page: request.map(ConsoleURL.returning) ?? page, continuation: request)
        case .setPassword:
            let link = OneTimeLink.Purpose(rawValue: String(route.path.dropFirst())).map { purpose in
                ConsoleURL.oneTime(purpose, secret: form.text("token"), continuation)
            }
            return Onward(page: link ?? page, continuation: continuation)
        case .confirmEmail:
            let link = ReturnPath(.emailChange, secret: form.text("token"))
            return Onward(page: .returning(link), continuation: returnPath(link.text))
        case .secondFactor, .chooseOrganization:
            return Onward(
                page: continuation.map(ConsoleURL.signInContinuing) ?? .signIn, continuation: continuation)
        case .forgotPassword:
            return Onward(
                page: continuation.map(ConsoleURL.forgotPasswordContinuing) ?? page, continuation: continuation)
        case .signInAgain:
            return Onward(
                page: continuation.map(ConsoleURL.signInAgain) ?? page, continuation: continuation)
        case .signIn, .handOver, .signOut, .endSession, .changePassword, .changeEmail, .chooseNotices,
            .beginSecondFactor,
            .confirmSecondFactor, .newRecoveryCodes, .keepRecoveryCodes, .removeSecondFactor, .endSessionOfAccount,
            .endOtherSessions, .takeBack, .manage:
            return Onward(page: page, continuation: continuation)
        }
    }
}
