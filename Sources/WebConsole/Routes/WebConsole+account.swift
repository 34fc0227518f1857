import ProductDefinition
import Persistence
import HTTPTypes
import CredentialFormat
import HTTPServing
import Model
import SignIn

extension WebConsole {
    var accountRoutes: [PageRoute] {
        [
            .shown(.account) { visit in try await accountPage(visit) },
            .taken(.endSessionOfAccount, for: .endSessionOfAccount, on: .account, takeEndOfSession),
            .taken(.endOtherSessions, for: .endOtherSessions, on: .account, takeEndOfOthers),
            .shown(.password, showPassword),
            .taken(.password, for: .changePassword, takePassword),
            .shown(.wellKnownPassword) { _ in .redirect(.password, at: site) },
            .shown(.secondFactorOfAccount, showSecondFactor),
            .taken(.secondFactorOfAccount, for: .beginSecondFactor, takeBeginning),
            .taken(.confirmSecondFactor, for: .confirmSecondFactor, on: .secondFactorOfAccount, takeSecondFactor),
            .taken(.newRecoveryCodes, for: .newRecoveryCodes, on: .secondFactorOfAccount, takeNewCodes),
            PageRoute(
                path: ConsoleURL.removeSecondFactor.path, page: .secondFactorOfAccount, work: .shown(showRemoval)),
            .taken(.removeSecondFactor, for: .removeSecondFactor, on: .secondFactorOfAccount, takeRemoval),
        ]
    }

    /// Who is signed in.
    func signedIn(_ visit: Visit) throws -> (member: SignedIn, actor: Actor) {
        guard let signedIn = visit.signedIn else { throw SignInNeeded() }
        return (signedIn, signedIn.actor(requestID: visit.requestID, address: visit.address))
    }

    /// The links above a page of one's account.
    func tabs(_ visit: Visit, isAccount: Bool = false, isApps: Bool = false) -> Tabs {
        Tabs(
            accountLink: site.link(.account), appsLink: site.link(.apps), signOutAction: site.link(.signOut),
            signOutToken: visit.token(for: .signOut), isAccount: isAccount, isApps: isApps)
    }

    private func accountPage(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        let (list, factor) = try await store.read { [sessions, secondFactors] tx in
            (try sessions.list(of: me, tx: tx), try secondFactors.state(of: me.member.id, tx: tx))
        }
        let roles = me.member.roles.map { product.role($0)?.title ?? $0 }
        return .page(
            AccountPage(
                tabs: tabs(visit, isAccount: true), name: me.member.name, email: me.member.email.text,
                organization: me.organization.name, roles: roles.isEmpty ? nil : roles.joined(separator: ", "),
                returnLink: me.session.returnURL, canSignIn: me.member.hasPassword,
                changePasswordLink: site.link(.password), secondFactor: secondFactor(factor),
                sessions: list.map { sessionRow($0, isThis: $0.id == me.session.id, visit) },
                endAction: site.link(.endSessionOfAccount), hasOthers: list.count > 1,
                endOthersAction: site.link(.endOtherSessions), endOthersToken: visit.token(for: .endOtherSessions),
                notice: visit.done.map { .good($0.words) })
        ).saying(visit.done, at: site)
    }

    private func secondFactor(_ state: SecondFactorState) -> AccountPage.SecondFactor {
        let address = site.link(.secondFactorOfAccount)
        return switch state {
        case .none, .pending:
            AccountPage.SecondFactor(
                words: "None: a stolen password would be enough to be you.", button: "Add", address: address)
        case .active(let left):
            AccountPage.SecondFactor(words: recoveryWords(left), button: "Manage", address: address)
        }
    }

    private func recoveryWords(_ left: Int) -> String {
        "An authenticator app, and \(left == 1 ? "one recovery code" : "\(left) recovery codes")."
    }

    private func sessionRow(_ session: MemberSession, isThis: Bool, _ visit: Visit) -> AccountPage.Session {
        let place = session.address.map { "\($0) · " } ?? ""
        let id = session.id.description
        return AccountPage.Session(
            id: id, device: DeviceWords.text(of: session.userAgent),
            detail:
                "\(place)signed in \(DateWords.minute(session.createdAt)), last used \(DateWords.minute(session.seenAt))",
            isThis: isThis, endToken: visit.token(for: .endSessionOfAccount, about: id))
    }

    private func takeEndOfSession(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        guard let id = form["session"].flatMap({ ID<MemberSession>(parsing: $0) }) else { throw PageProblem.unreadable }
        try await store.write { [sessions] tx in try sessions.end(id, of: me, as: actor, tx: tx) }
        return .redirect(.account, at: site).telling(.sessionEnded, at: site)
    }

    private func takeEndOfOthers(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        _ = try await store.write { [sessions] tx in try sessions.endOthers(of: me, as: actor, tx: tx) }
        return .redirect(.account, at: site).telling(.otherSessionsEnded, at: site)
    }

    private func showPassword(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireRecentAuthentication(at: visit.now)
        return .page(passwordPage(visit, me))
    }

    private func takePassword(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        do {
            let started = try await signIns.changePassword(me, to: form.text("password"), from: visit.browser)
            return begin(started, nil).telling(.passwordChanged, at: site)
        } catch Refusal.invalid(let fields) {
            let notice = Notice.bad(fields.first?.message ?? PasswordWords.rule, about: [.password])
            return .page(passwordPage(visit, me, notice), .unprocessableContent)
        }
    }

    private func passwordPage(_ visit: Visit, _ me: SignedIn, _ notice: Notice? = nil) -> ChangePasswordPage {
        ChangePasswordPage(
            action: site.link(.password), token: visit.token(for: .changePassword), email: me.member.email.text,
            rule: PasswordWords.rule, accountLink: site.link(.account), notice: notice)
    }

    private func showSecondFactor(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireRecentAuthentication(at: visit.now)
        let state = try await store.read { [secondFactors] tx in try secondFactors.state(of: me.member.id, tx: tx) }
        if case .active(let left) = state {
            return .page(
                SecondFactorStatePage(
                    words: recoveryWords(left), renewAction: site.link(.newRecoveryCodes),
                    renewToken: visit.token(for: .newRecoveryCodes), removeLink: site.link(.removeSecondFactor),
                    accountLink: site.link(.account)))
        }
        return .page(
            SecondFactorIntroductionPage(
                action: site.link(.secondFactorOfAccount), token: visit.token(for: .beginSecondFactor),
                accountLink: site.link(.account)))
    }

    private func takeBeginning(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        let enrolment = try await store.write { [secondFactors] tx in try secondFactors.begin(for: me, tx: tx) }
        return .page(setUpPage(visit, secret: enrolment.secret, address: enrolment.uri))
    }

    private func takeSecondFactor(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let code = form.text("code").filter { $0 != " " }
        do {
            let codes = try await store.write { [secondFactors] tx in
                try secondFactors.confirm(code: code, for: me, as: actor, tx: tx)
            }
            // Another right, another session identifier.
            let started = try await signIns.renew(me, from: visit.browser)
            return recoveryCodes(codes, .good(Done.secondFactorAdded.words)).setting(
                SignInCookie.session(started.cookie, isSecure: site.isSecure))
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let page = setUpPage(
                visit, secret: form.text("secret"), address: nil, SignInWords.notice(of: refusal, to: .code))
            return stepPage(page, visit, refusal)
        }
    }

    private func setUpPage(
        _ visit: Visit, secret: String, address: String?, _ notice: Notice? = nil
    ) -> SecondFactorSetupPage {
        SecondFactorSetupPage(
            action: site.link(.confirmSecondFactor), token: visit.token(for: .confirmSecondFactor), secret: secret,
            groups: inFours(secret), address: address, picture: address.flatMap { QRCode($0)?.dataURI },
            accountLink: site.link(.account), notice: notice)
    }

    /// As people read it out and compare it.
    private func inFours(_ text: String) -> [String] {
        let characters = Array(text)
        return stride(from: 0, to: characters.count, by: 4).map { start in
            String(characters[start..<min(start + 4, characters.count)])
        }
    }

    private func recoveryCodes(_ codes: [String], _ notice: Notice? = nil) -> PageReply {
        .page(RecoveryCodesPage(codes: codes, accountLink: site.link(.account), notice: notice))
    }

    private func showRemoval(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireRecentAuthentication(at: visit.now)
        return .page(
            SecondFactorRemovalPage(
                action: site.link(.removeSecondFactor), token: visit.token(for: .removeSecondFactor),
                keepLink: site.link(.secondFactorOfAccount)))
    }

    private func takeNewCodes(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        return recoveryCodes(
            try await store.write { [secondFactors] tx in
                try secondFactors.renewRecoveryCodes(for: me, as: actor, tx: tx)
            })
    }

    private func takeRemoval(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        try await store.write { [secondFactors] tx in try secondFactors.remove(for: me, as: actor, tx: tx) }
        return .redirect(.account, at: site).telling(.secondFactorRemoved, at: site)
    }
}
