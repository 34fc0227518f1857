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
            .taken(.keepRecoveryCodes, for: .keepRecoveryCodes, on: .secondFactorOfAccount, takeKeptCodes),
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
        return .page(
            AccountPage(
                tabs: tabs(visit, isAccount: true), name: me.member.name, email: me.member.email.text,
                organization: me.organization.name, roles: roleWords(me),
                returnLink: me.session.returnURL, canSignIn: me.member.hasPassword && !me.session.isHandedOver,
                changePasswordLink: site.link(.password), secondFactor: secondFactor(factor),
                sessions: list.map { sessionRow($0, isThis: $0.id == me.session.id, visit) },
                endAction: site.link(.endSessionOfAccount), hasOthers: list.count > 1,
                endOthersAction: site.link(.endOtherSessions), endOthersToken: visit.token(for: .endOtherSessions),
                notice: visit.done.map { .good($0.words) })
        ).saying(visit.done, at: site)
    }

    /// What this session may do: where it was carried over, no roles but those that it has the whole of.
    private func roleWords(_ me: SignedIn) -> String? {
        let isHandedOver = me.session.isHandedOver
        let roles = me.member.roles.filter { role in
            !isHandedOver || product.role(role).map { $0.permissions.isSubset(of: me.permissions) } ?? false
        }
        let titles = roles.map { product.role($0)?.title ?? $0 }.joined(separator: ", ")
        guard isHandedOver else { return titles.isEmpty ? nil : titles }
        guard !me.member.roles.isEmpty else { return "Carried over from elsewhere" }
        return titles.isEmpty
            ? "Carried over from elsewhere, with fewer rights than yours" : "Carried over from elsewhere: \(titles)"
    }

    private func secondFactor(_ state: SecondFactorState) -> AccountPage.SecondFactor {
        let address = site.link(.secondFactorOfAccount)
        return switch state {
        case .none:
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
        return try await done(.account, .sessionEnded) {
            try await store.write { [sessions] tx in try sessions.end(id, of: me, as: actor, tx: tx) }
        }
    }

    /// Does what ends something, and says so on the next page. What is gone already counts as done: a button may be
    /// pressed twice.
    func done(_ page: ConsoleURL, _ what: Done, _ work: () async throws -> Void) async throws -> PageReply {
        do { try await work() } catch Refusal.notFound {}
        return .redirect(page, at: site).telling(what, at: site)
    }

    private func takeEndOfOthers(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        _ = try await store.write { [sessions] tx in try sessions.endOthers(of: me, as: actor, tx: tx) }
        return .redirect(.account, at: site).telling(.otherSessionsEnded, at: site)
    }

    private func showPassword(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireOwnSignIn(at: visit.now)
        return .page(passwordPage(visit, me))
    }

    private func takePassword(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        do {
            let started = try await signIns.changePassword(me, to: form.text("password"), from: visit.browser)
            letters.tell(me.member.id, .passwordChanged)
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
        try me.requireOwnSignIn(at: visit.now)
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
        let browser = visit.browser
        let enrolment = try await store.read { [secondFactors] tx in
            try secondFactors.begin(for: me, in: browser, tx: tx)
        }
        return .page(setUpPage(visit, enrolment))
    }

    /// The codes were shown before, so nothing is lost when this is sent twice or its answer never arrives.
    private func takeSecondFactor(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let (code, offer, browser) = (form.text("code"), form.text("offer"), visit.browser)
        do {
            // Another right, another session identifier.
            let sent = SentForm.secondFactor(code: code, offer: offer, from: browser)
            let started = try await store.write { [secondFactors, signIns] tx in
                try secondFactors.confirm(code: code, offer: offer, for: me, in: browser, as: actor, tx: tx)
                return try signIns.renew(me, by: sent, from: browser, tx: tx)
            }
            letters.tell(me.member.id, .secondFactorAdded)
            return begin(started, nil).telling(.secondFactorAdded, at: site)
        } catch SignInRefusal.expired {
            return .redirect(.secondFactorOfAccount, at: site)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let enrolment = try secondFactors.enrolment(in: offer, for: me, in: browser)
            return stepPage(setUpPage(visit, enrolment, SignInWords.notice(of: refusal, to: .code)), visit, refusal)
        }
    }

    private func setUpPage(_ visit: Visit, _ enrolment: TOTPEnrolment, _ notice: Notice? = nil) -> SecondFactorSetupPage
    {
        SecondFactorSetupPage(
            action: site.link(.confirmSecondFactor),
            token: visit.token(for: .confirmSecondFactor, about: enrolment.offer), groups: inFours(enrolment.secret),
            address: enrolment.uri, picture: QRCode(enrolment.uri)?.dataURI, codes: enrolment.codes,
            offer: enrolment.offer, accountLink: site.link(.account), notice: notice)
    }

    /// As people read it out and compare it.
    private func inFours(_ text: String) -> [String] {
        let characters = Array(text)
        return stride(from: 0, to: characters.count, by: 4).map { start in
            String(characters[start..<min(start + 4, characters.count)])
        }
    }

    private func showRemoval(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireOwnSignIn(at: visit.now)
        return .page(
            SecondFactorRemovalPage(
                action: site.link(.removeSecondFactor), token: visit.token(for: .removeSecondFactor),
                keepLink: site.link(.secondFactorOfAccount)))
    }

    private func takeNewCodes(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        let browser = visit.browser
        let made = try await store.read { [secondFactors] tx in
            try secondFactors.offerRecoveryCodes(for: me, in: browser, tx: tx)
        }
        return .page(
            RecoveryCodesPage(
                codes: made.codes, action: site.link(.keepRecoveryCodes),
                token: visit.token(for: .keepRecoveryCodes, about: made.offer), offer: made.offer,
                accountLink: site.link(.account)))
    }

    private func takeKeptCodes(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let (offer, browser) = (form.text("offer"), visit.browser)
        do {
            try await store.write { [secondFactors] tx in
                try secondFactors.keepRecoveryCodes(offer: offer, for: me, in: browser, as: actor, tx: tx)
            }
        } catch SignInRefusal.expired {
            return .redirect(.secondFactorOfAccount, at: site)
        }
        return .redirect(.account, at: site)
    }

    private func takeRemoval(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        return try await done(.account, .secondFactorRemoved) {
            try await store.write { [secondFactors] tx in try secondFactors.remove(for: me, as: actor, tx: tx) }
            letters.tell(me.member.id, .secondFactorRemoved)
        }
    }
}
