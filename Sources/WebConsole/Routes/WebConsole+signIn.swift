import ProductDefinition
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
        if let signedIn = visit.signedIn, try await isEnough(signedIn, for: continuation, visit) {
            return .redirect(continuation.map(ConsoleURL.returning) ?? .account, at: site)
        }
        return try await signInPage(visit, continuation)
    }

    /// Whether a page needs no other sign-in than the one there is: that of another tab, while this one waited.
    private func isEnough(_ signedIn: SignedIn, for continuation: ReturnPath?, _ visit: Visit) async throws -> Bool {
        guard let continuation, isAuthorization(continuation) else { return true }
        return try await !authorization.wantsSignIn(continuation.query, of: signedIn.asUser, at: visit.now)
    }

    /// The page again, for whose form is none of this browser: its cookie went, or the page came from a time before it.
    func signInOnceMore(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let notice = Notice.bad(
            visit.hasFreshFormSecret
                ? "The page expired, or your browser sent no cookie. Allow cookies for this site and sign in again."
                : "The page expired. Enter your password again.")
        return try await signInPage(
            visit, returnPath(form["continue"]), email: form["email"], notice, PageProblem.stale.status
        ).refused(by: PageProblem.stale.rule)
    }

    private func takeSignIn(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let continuation = returnPath(form["continue"])
        do {
            let step = try await signIns.signIn(
                email: form.text("email"), password: form.text("password"), from: visit.browser)
            return try await reply(to: step, visit, continuation)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let reset = continuation.map(ConsoleURL.forgotPasswordContinuing) ?? .forgotPassword
            let notice = SignInWords.notice(
                of: refusal, to: .emailAndPassword, site.words,
                link: PageLink(words: "Reset your password", address: site.link(reset)))
            return try await signInPage(
                visit, continuation, email: form["email"], notice, SignInWords.status(of: refusal)
            ).after(refusal, signInMeasures)
        }
    }

    private func signInPage(
        _ visit: Visit, _ continuation: ReturnPath?, email: String? = nil, _ notice: Notice? = nil,
        _ status: HTTPResponse.Status = .ok
    ) async throws -> PageReply {
        let asked = try await request(behind: continuation, visit)
        // Who is signed in and asked all the same is the same person as a rule, unless they came to be another.
        let known = asked?.letsChooseUser == true ? nil : visit.signedIn?.member.email.text
        let page = SignInPage(
            action: site.link(.signIn), token: visit.token(for: .signIn), continuation: continuation?.text,
            app: asked?.app.name, email: email ?? asked?.loginHint ?? known,
            forgotLink: site.link(continuation.map(ConsoleURL.forgotPasswordContinuing) ?? .forgotPassword),
            notice: notice)
        return .page(page, status, policy: policy(before: asked))
    }

    /// A page of a sign-in, perhaps shown once more with what was wrong.
    func stepPage(
        _ page: some Page, _ visit: Visit, policy: ContentSecurityPolicy = ContentSecurityPolicy(),
        _ refusal: SignInRefusal? = nil
    ) -> PageReply {
        PageReply.page(page, refusal.map(SignInWords.status) ?? .ok, policy: policy).after(refusal, signInMeasures)
    }

    /// What follows a password, a choice or a code.
    func reply(to step: SignInStep, _ visit: Visit, _ continuation: ReturnPath?) async throws -> PageReply {
        let asked = try await request(behind: continuation, visit)
        switch step {
        case .chooseOrganization(let list, let ticket):
            return stepPage(
                organizationPage(visit, list, ticket, continuation), visit, policy: policy(before: asked))
        case .secondFactor(let ticket):
            return stepPage(codePage(visit, ticket, continuation), visit, policy: policy(before: asked))
        case .done(let started): return begin(started, continuation)
        }
    }

    /// Into the session, and on.
    func begin(_ started: StartedSession, _ continuation: ReturnPath?) -> PageReply {
        signInMeasures.noteDone()
        if started.isFromNewNetwork { letters.tell(started.session.member, .newNetwork(started.session)) }
        return PageReply.redirect(continuation.map { .returning(afterSignIn($0)) } ?? .account, at: site)
            .setting(
                SignInCookie.session(started.cookie, at: site.address),
                started.deviceCookie.map { SignInCookie.device($0, at: site.address) })
    }

    /// Where an authorization request goes on that wanted a sign-in: it has had it.
    private func afterSignIn(_ continuation: ReturnPath) -> ReturnPath {
        guard isAuthorization(continuation) else { return continuation }
        return ReturnPath(
            authorizationAt: ConsoleURL.returning(continuation).path,
            query: AuthorizationEndpoint.continuation(of: continuation.query))
    }

    private func takeOrganization(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (ticket, continuation) = (form.text("ticket"), returnPath(form["continue"]))
        if form["show"] != nil || form["after"] != nil {
            let list = try await signIns.choices(in: ticket, form.organizationListPart, from: visit.browser)
            let asked = try await request(behind: continuation, visit)
            return stepPage(organizationPage(visit, list, ticket, continuation), visit, policy: policy(before: asked))
        }
        guard let member = form["member"].flatMap({ ID<Member>(parsing: $0) }) else { throw PageProblem.unreadable }
        let step = try await signIns.choose(member, ticket: ticket, from: visit.browser)
        return try await reply(to: step, visit, continuation)
    }

    /// What both pages that ask for one of several are called.
    var chooseOrganizationTitle: String { "Choose \(site.words[.organization].indefinite)" }

    private func organizationPage(
        _ visit: Visit, _ list: OrganizationList, _ ticket: String, _ continuation: ReturnPath?
    ) -> ChooseOrganizationPage {
        ChooseOrganizationPage(
            title: chooseOrganizationTitle, lead: "You belong to more than one.",
            action: site.link(.chooseOrganization),
            isPosted: true, token: visit.token(for: .chooseOrganization, about: ticket),
            fields: [HiddenField(name: "ticket", value: ticket)] + HiddenField.continuing(continuation),
            list: list)
    }

    private func takeCode(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let continuation = returnPath(form["continue"])
        let ticket = form.text("ticket")
        if let shown = form["show"] {
            let asked = try await request(behind: continuation, visit)
            let page = codePage(visit, ticket, continuation, isRecovery: shown == "recovery")
            return stepPage(page, visit, policy: policy(before: asked))
        }
        do {
            let step = try await signIns.confirm(code: form.text("code"), ticket: ticket, from: visit.browser)
            return try await reply(to: step, visit, continuation)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let asked = try await request(behind: continuation, visit)
            let page = codePage(visit, ticket, continuation, isRecovery: form["kind"] == "recovery", refusal)
            return stepPage(page, visit, policy: policy(before: asked), refusal)
        }
    }

    private func codePage(
        _ visit: Visit, _ ticket: String, _ continuation: ReturnPath?, isRecovery: Bool = false,
        _ refusal: SignInRefusal? = nil
    ) -> SecondFactorPage {
        SecondFactorPage(
            action: site.link(.secondFactor), token: visit.token(for: .secondFactor, about: ticket), ticket: ticket,
            continuation: continuation?.text, isRecovery: isRecovery,
            startAgainLink: site.link(continuation.map(ConsoleURL.signInContinuing) ?? .signIn),
            notice: refusal.map { SignInWords.notice(of: $0, to: isRecovery ? .recoveryCode : .code, site.words) })
    }

    private func showSignInAgain(_ visit: Visit) async throws -> PageReply {
        guard let signedIn = visit.signedIn else { throw SignInNeeded() }
        return try signInAgainPage(
            visit, signedIn, returnPath(visit.parameter("continue")), isRecovery: visit.parameter("show") == "recovery")
    }

    private func takeSignInAgain(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        guard let signedIn = visit.signedIn else { throw SignInNeeded() }
        let continuation = returnPath(form["continue"])
        do {
            let started = try await signIns.reauthenticate(
                signedIn, password: form.text("password"), code: form["code"], from: visit.browser)
            return begin(started, continuation)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            return try signInAgainPage(
                visit, signedIn, continuation, isRecovery: form["kind"] == "recovery", refusal)
        }
    }

    private func signInAgainPage(
        _ visit: Visit, _ signedIn: SignedIn, _ continuation: ReturnPath?, isRecovery: Bool,
        _ refusal: SignInRefusal? = nil
    ) throws -> PageReply {
        let goesOn = continuation ?? ReturnPath(.account)
        let again = site.link(.signInAgain(goesOn))
        return stepPage(
            ReauthenticatePage(
                action: again, token: visit.token(for: .signInAgain), continuation: goesOn.text,
                email: signedIn.member.email.text,
                code: signedIn.hasSecondFactor
                    ? ReauthenticatePage.Code(
                        isRecovery: isRecovery, otherLink: isRecovery ? again : "\(again)&show=recovery") : nil,
                accountLink: site.link(.account),
                notice: refusal.map { refusal in
                    SignInWords.notice(
                        of: refusal, to: signedIn.hasSecondFactor ? .passwordAndCode : .password, site.words)
                }, shell: try shell(visit, at: .account, below: "Confirm it’s you")),
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
        try await store.write(as: actor) { [sessions] tx in try sessions.signOut(signedIn, as: actor, tx: tx) }
    }

    /// The page after a sign-out.
    func signedOut() -> PageReply {
        PageReply.page(
            MessagePage(
                heading: "You’re signed out",
                paragraphs: [
                    """
                    \(site.words[.app].capitalizedPlural) you allowed keep their access. To change that, sign in and open \
                    Your \(site.words[.app].plural).
                    """
                ],
                link: PageLink(words: "Sign in", address: site.link(.signIn)), isQuiet: true)
        ).setting(SignInCookie.clearingSession(at: site.address))
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

extension PageReply {
    /// The same, with what a refusal says to programs and to the log.
    fileprivate func after(_ refusal: SignInRefusal?, _ measures: SignInMeasures) -> PageReply {
        guard let refusal else { return self }
        measures.note(refusal)
        let reply = refused(by: "sign-in: \(refusal)")
        switch refusal {
        case .throttled(let seconds): return reply.with(.retryAfter, String(seconds))
        case .busy: return reply.with(.retryAfter, "1")
        case .wrong, .expired, .suspended, .reauthenticationRequired, .unavailable: return reply
        }
    }
}
