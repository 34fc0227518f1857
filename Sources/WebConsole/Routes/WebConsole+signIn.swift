import OAuth
import Persistence
import CredentialFormat
import HTTPTypes
import Model
import SignIn

extension WebConsole {
    var signInRoutes: [PageRoute] {
        [
            .shown(.signIn, showSignIn),
            .taken(.signIn, for: .signIn, takeSignIn),
            .shown(.secondFactor) { _ in .redirect(.signIn, at: site) },
            .taken(.secondFactor, for: .secondFactor, takeCode),
            .shown(.chooseOrganization) { _ in .redirect(.signIn, at: site) },
            .taken(.chooseOrganization, for: .chooseOrganization, takeOrganization),
            .shown(.signInAgain(ReturnPath(.account)), showSignInAgain),
            .taken(.signInAgain(ReturnPath(.account)), for: .signInAgain, on: .account, takeSignInAgain),
            .taken(.signOut, for: .signOut, on: .account, takeSignOut),
        ]
    }

    /// Where a sign-in goes on, if that is one of our own pages (threat R10).
    func returnPath(_ text: String?) -> ReturnPath? {
        ReturnPath(text, authorizationPaths: authorizationPaths)
    }

    private func showSignIn(_ visit: Visit) async throws -> PageReply {
        let continuation = returnPath(visit.parameter("continue"))
        if continuation == nil, visit.signedIn != nil { return .redirect(.account, at: site) }
        return try await signInPage(visit, continuation)
    }

    private func takeSignIn(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let continuation = returnPath(form["continue"])
        do {
            let step = try await signIns.signIn(
                email: form.text("email"), password: form.text("password"), from: visit.browser)
            return try await reply(to: step, visit, continuation)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            return try await signInPage(visit, continuation, email: form["email"], refusal: refusal)
        }
    }

    private func signInPage(
        _ visit: Visit, _ continuation: ReturnPath?, email: String? = nil, refusal: SignInRefusal? = nil
    ) async throws -> PageReply {
        let asked = try await request(behind: continuation, visit)
        let page = SignInPage(
            action: site.link(.signIn), token: visit.token(for: .signIn), continuation: continuation?.text,
            reason: asked.map { "to continue to \($0.app.name)" }, email: email ?? asked?.loginHint,
            forgotLink: site.link(.forgotPassword), notice: refusal.map { .bad(SignInWords.text(of: $0)) })
        return stepPage(page, visit, policy: policy(before: asked), refusal)
    }

    /// A page for visitors: gives them the cookie that its form needs.
    func stepPage(
        _ page: some Page, _ visit: Visit, policy: ContentSecurityPolicy = ContentSecurityPolicy(),
        _ refusal: SignInRefusal? = nil
    ) -> PageReply {
        var reply = PageReply.page(page, refusal.map(SignInWords.status) ?? .ok, policy: policy)
        if visit.hasFreshFormSecret {
            reply = reply.setting(SignInCookie.form(visit.formSecret, isSecure: site.isSecure))
        }
        guard let refusal else { return reply }
        if case .throttled(let seconds) = refusal { reply = reply.with(.retryAfter, String(seconds)) }
        if refusal == .busy { reply = reply.with(.retryAfter, "1") }
        return reply.refused(by: "sign-in: \(refusal)")
    }

    /// What follows a password, a choice or a code.
    func reply(to step: SignInStep, _ visit: Visit, _ continuation: ReturnPath?) async throws -> PageReply {
        let asked = try await request(behind: continuation, visit)
        switch step {
        case .chooseOrganization(let choices, let ticket):
            return stepPage(
                organizationPage(visit, choices, ticket, continuation), visit, policy: policy(before: asked))
        case .secondFactor(let ticket):
            return stepPage(codePage(visit, ticket, continuation), visit, policy: policy(before: asked))
        case .done(let started): return begin(started, continuation)
        }
    }

    /// Into the session, and on.
    func begin(_ started: StartedSession, _ continuation: ReturnPath?) -> PageReply {
        PageReply.redirect(continuation.map(ConsoleURL.returning) ?? .account, at: site)
            .setting(
                SignInCookie.session(started.cookie, isSecure: site.isSecure),
                started.deviceCookie.map { SignInCookie.device($0, isSecure: site.isSecure) })
    }

    private func takeOrganization(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        guard let member = form["member"].flatMap({ ID<Member>(parsing: $0) }) else { throw PageProblem.unreadable }
        let step = try await signIns.choose(member, ticket: form.text("ticket"), from: visit.browser)
        return try await reply(to: step, visit, returnPath(form["continue"]))
    }

    private func organizationPage(
        _ visit: Visit, _ choices: [OrganizationChoice], _ ticket: String, _ continuation: ReturnPath?
    ) -> ChooseOrganizationPage {
        ChooseOrganizationPage(
            action: site.link(.chooseOrganization), token: visit.token(for: .chooseOrganization, about: ticket),
            ticket: ticket, continuation: continuation?.text,
            choices: choices.enumerated().map { index, choice in
                Choice(
                    id: choice.member.description, name: choice.organizationName,
                    detail: choice.account == choice.organizationName ? choice.memberName : choice.account,
                    isChosen: index == 0)
            })
    }

    private func takeCode(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let continuation = returnPath(form["continue"])
        let ticket = form.text("ticket")
        do {
            let step = try await signIns.confirm(code: form.text("code"), ticket: ticket, from: visit.browser)
            return try await reply(to: step, visit, continuation)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let asked = try await request(behind: continuation, visit)
            return stepPage(
                codePage(visit, ticket, continuation, refusal), visit, policy: policy(before: asked), refusal)
        }
    }

    private func codePage(
        _ visit: Visit, _ ticket: String, _ continuation: ReturnPath?, _ refusal: SignInRefusal? = nil
    ) -> SecondFactorPage {
        SecondFactorPage(
            action: site.link(.secondFactor), token: visit.token(for: .secondFactor, about: ticket), ticket: ticket,
            continuation: continuation?.text,
            startAgainLink: site.link(continuation.map(ConsoleURL.signInContinuing) ?? .signIn),
            notice: refusal.map { .bad(SignInWords.text(of: $0)) })
    }

    private func showSignInAgain(_ visit: Visit) async throws -> PageReply {
        guard let signedIn = visit.signedIn else { throw SignInNeeded() }
        return signInAgainPage(visit, signedIn, returnPath(visit.parameter("continue")), nil)
    }

    private func takeSignInAgain(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        guard let signedIn = visit.signedIn else { throw SignInNeeded() }
        let continuation = returnPath(form["continue"])
        do {
            let started = try await signIns.reauthenticate(
                signedIn, password: form.text("password"), code: form["code"], from: visit.browser)
            return begin(started, continuation)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            return signInAgainPage(visit, signedIn, continuation, refusal)
        }
    }

    private func signInAgainPage(
        _ visit: Visit, _ signedIn: SignedIn, _ continuation: ReturnPath?, _ refusal: SignInRefusal?
    ) -> PageReply {
        let goesOn = continuation ?? ReturnPath(.account)
        return stepPage(
            ReauthenticatePage(
                action: site.link(.signInAgain(goesOn)), token: visit.token(for: .signInAgain),
                continuation: goesOn.text, email: signedIn.member.email.text,
                hasSecondFactor: signedIn.hasSecondFactor,
                notice: refusal.map { .bad(SignInWords.text(of: $0)) }),
            visit, refusal)
    }

    private func takeSignOut(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        try await signOut(visit)
        return signedOut()
    }

    /// Ends the session of a visit, if there is one.
    func signOut(_ visit: Visit) async throws {
        guard let signedIn = visit.signedIn else { return }
        let actor = signedIn.actor(requestID: visit.requestID, address: visit.address)
        try await store.write { [sessions] tx in try sessions.signOut(signedIn, as: actor, tx: tx) }
    }

    /// The page after a sign-out.
    func signedOut() -> PageReply {
        PageReply.page(
            MessagePage(
                heading: "You are signed out",
                paragraphs: ["Apps that act for you go on. You can take that back when you are signed in."],
                link: PageLink(words: "Sign in", address: site.link(.signIn)))
        ).setting(SignInCookie.clearingSession(isSecure: site.isSecure))
    }
}

extension SignInRefusal {
    /// Whether the same page is shown again, for another try.
    var isAboutInput: Bool {
        switch self {
        case .wrong, .throttled, .busy: true
        case .expired, .suspended, .reauthenticationRequired, .unavailable: false
        }
    }
}
