import ProductDefinition
import Persistence
import HTTPTypes
import CredentialFormat
import HTTPServing
import Policy
import Model
import Notices
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
            .shown(.removeSecondFactor, on: .secondFactorOfAccount, showRemoval),
            .taken(.keepRecoveryCodes, for: .keepRecoveryCodes, on: .secondFactorOfAccount, takeKeptCodes),
            .taken(.removeSecondFactor, for: .removeSecondFactor, on: .secondFactorOfAccount, takeRemoval),
        ]
    }

    /// Who is signed in.
    func signedIn(_ visit: Visit) throws -> (member: SignedIn, actor: Actor) {
        guard let signedIn = visit.signedIn else { throw SignInNeeded() }
        return (signedIn, signedIn.actor(requestID: visit.requestID, address: visit.address))
    }

    private func accountPage(_ visit: Visit) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let (list, factor) = try await store.read(as: actor) { [sessions, secondFactors] tx in
            (try sessions.list(of: me, tx: tx), try secondFactors.state(of: me.member.id, tx: tx))
        }
        let roles = roleTitles(me)
        return .page(
            try AccountPage(
                shell: shell(visit, at: .account), name: me.member.name, email: me.member.email.text,
                organization: me.organization.name, rolesTerm: roles.count == 1 ? "Role" : "Roles",
                roles: roles.isEmpty ? nil : roles.joined(separator: ", "), signedInThrough: signedInThrough(me),
                canSignIn: me.member.hasPassword && !me.session.isHandedOver,
                changeEmailLink: site.link(.email), changePasswordLink: site.link(.password),
                noticesLink: notices?.isOffered == true ? site.link(.notices) : nil,
                secondFactor: secondFactor(factor),
                sessions: ordered(list, me).map { sessionRow($0, isThis: $0.id == me.session.id, visit) },
                endAction: site.link(.endSessionOfAccount), hasOthers: list.count > 1,
                endOthersAction: site.link(.endOtherSessions), endOthersToken: visit.token(for: .endOtherSessions),
                notice: visit.done.map { .good($0.words(in: product.words)) })
        ).saying(visit.done, at: site)
    }

    /// What this session may do: where it came from other pages, no roles but those that it has the whole of.
    private func roleTitles(_ me: SignedIn) -> [String] {
        let isHandedOver = me.session.isHandedOver
        return me.member.roles.filter { role in
            !isHandedOver || product.role(role).map { $0.permissions.isSubset(of: me.permissions) } ?? false
        }.map { product.role($0)?.title ?? $0 }
    }

    private func signedInThrough(_ me: SignedIn) -> String? {
        guard me.session.isHandedOver else { return nil }
        let place = me.session.returnURL.map(HostWords.of) ?? "another site"
        let isLess = roleTitles(me).count < me.member.roles.count
        return isLess ? "Through \(place), with fewer rights than you have" : "Through \(place)"
    }

    /// This one first, then as they were used last.
    private func ordered(_ list: [MemberSession], _ me: SignedIn) -> [MemberSession] {
        let (this, others) = (list.filter { $0.id == me.session.id }, list.filter { $0.id != me.session.id })
        return this + others.sorted { $0.seenAt > $1.seenAt }
    }

    private func secondFactor(_ state: SecondFactorState) -> AccountPage.SecondFactor {
        let address = site.link(.secondFactorOfAccount)
        return switch state {
        case .none:
            AccountPage.SecondFactor(
                words: "Off. Anyone who has your password can sign in as you.", button: "Set up", address: address)
        case .active(let left):
            AccountPage.SecondFactor(words: recoveryWords(left), button: "Manage", address: address)
        }
    }

    private func recoveryWords(_ left: Int) -> String {
        "On: an authenticator app, and \(left == 1 ? "1 recovery code" : "\(left) recovery codes") left."
    }

    private func sessionRow(_ session: MemberSession, isThis: Bool, _ visit: Visit) -> AccountPage.Session {
        let id = session.id.description
        return AccountPage.Session(
            id: id, device: DeviceWords.text(of: session.userAgent),
            seen: TimeWords(session.seenAt, now: visit.now, after: "Last active ", words: isThis ? "Active now" : nil),
            place: session.address?.description, begun: TimeWords(session.createdAt, now: visit.now), isThis: isThis,
            endToken: visit.token(for: .endSessionOfAccount, about: id))
    }

    private func takeEndOfSession(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        guard let id = form["session"].flatMap({ ID<MemberSession>(parsing: $0) }) else { throw PageProblem.unreadable }
        return try await done(.account, .sessionEnded) {
            try await store.write(as: actor) { [sessions] tx in try sessions.end(id, of: me, as: actor, tx: tx) }
        }
    }

    /// Does what ends something of one's own, or a part of a thing that was found, and says so on the next page. What is over
    /// already counts as ended: it may have ended by itself, and a button may be pressed twice.
    func done(_ page: ConsoleURL, _ what: Done, _ work: () async throws -> Void) async throws -> PageReply {
        do { try await work() } catch Refusal.notFound {}
        return .redirect(page, at: site).telling(what, at: site)
    }

    private func takeEndOfOthers(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        _ = try await store.write(as: actor) { [sessions] tx in try sessions.endOthers(of: me, as: actor, tx: tx) }
        return .redirect(.account, at: site).telling(.otherSessionsEnded, at: site)
    }

    private func showPassword(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        try me.requireOwnSignIn(at: visit.now)
        return .page(try passwordPage(visit, me))
    }

    private func takePassword(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        do {
            let started = try await signIns.changePassword(me, to: form.text("password"), from: visit.browser)
            letters.tell(me.member.id, .passwordChanged)
            return begin(started, nil).telling(.passwordChanged, at: site)
        } catch Refusal.invalid(let fields) {
            let notice = Notice.bad(fields.first?.message ?? PasswordWords.rule, about: [.password])
            return .page(try passwordPage(visit, me, notice), .unprocessableContent)
        }
    }

    private func passwordPage(_ visit: Visit, _ me: SignedIn, _ notice: Notice? = nil) throws -> ChangePasswordPage {
        try ChangePasswordPage(
            shell: shell(visit, at: .account, below: "Change password"), action: site.link(.password),
            token: visit.token(for: .changePassword), email: me.member.email.text,
            rule: PasswordWords.rule, accountLink: site.link(.account), notice: notice)
    }

    /// What the pages of the second factor stand under.
    private static let twoSteps = "Two-step verification"

    private func showSecondFactor(_ visit: Visit) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        try me.requireOwnSignIn(at: visit.now)
        let state = try await store.read(as: actor) { [secondFactors] tx in
            try secondFactors.state(of: me.member.id, tx: tx)
        }
        if case .active(let left) = state {
            return .page(
                try SecondFactorStatePage(
                    shell: shell(visit, at: .account, below: Self.twoSteps), words: recoveryWords(left),
                    renewAction: site.link(.newRecoveryCodes),
                    renewToken: visit.token(for: .newRecoveryCodes), removeLink: site.link(.removeSecondFactor),
                    accountLink: site.link(.account)))
        }
        return .page(
            try SecondFactorIntroductionPage(
                shell: shell(visit, at: .account, below: Self.twoSteps), action: site.link(.secondFactorOfAccount),
                token: visit.token(for: .beginSecondFactor),
                accountLink: site.link(.account)))
    }

    private func takeBeginning(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let browser = visit.browser
        let enrolment = try await store.read(as: actor) { [secondFactors] tx in
            try secondFactors.begin(for: me, in: browser, tx: tx)
        }
        return .page(try setUpPage(visit, enrolment, .scan))
    }

    /// The codes were shown before, so nothing is lost when this is sent twice or its answer never arrives.
    private func takeSecondFactor(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let (code, offer, browser) = (form.text("code"), form.text("offer"), visit.browser)
        do {
            if let step = form["show"].flatMap(SecondFactorSetupPage.Step.init) {
                return .page(try setUpPage(visit, secondFactors.enrolment(in: offer, for: me, in: browser), step))
            }
            // Another right, another session identifier.
            let sent = SentForm.secondFactor(code: code, offer: offer, from: browser)
            let started = try await unconfined.write { [secondFactors, signIns] tx in
                try secondFactors.confirm(code: code, offer: offer, for: me, in: browser, as: actor, tx: tx)
                return try signIns.renew(me, by: sent, from: browser, tx: tx)
            }
            letters.tell(me.member.id, .secondFactorAdded)
            return begin(started, nil).telling(.secondFactorAdded, at: site)
        } catch SignInRefusal.expired {
            return .redirect(.secondFactorOfAccount, at: site)
        } catch let refusal as SignInRefusal where refusal.isAboutInput {
            let enrolment = try secondFactors.enrolment(in: offer, for: me, in: browser)
            let notice = SignInWords.notice(of: refusal, to: .code, site.words)
            return stepPage(try setUpPage(visit, enrolment, .confirm, notice), visit, refusal)
        }
    }

    private func setUpPage(
        _ visit: Visit, _ enrolment: TOTPEnrolment, _ step: SecondFactorSetupPage.Step, _ notice: Notice? = nil
    ) throws -> SecondFactorSetupPage {
        try SecondFactorSetupPage(
            shell: shell(visit, at: .account, below: Self.twoSteps), isScan: step == .scan, isCodes: step == .codes,
            isConfirm: step == .confirm, action: site.link(.confirmSecondFactor),
            token: visit.token(for: .confirmSecondFactor, about: enrolment.offer), groups: inFours(enrolment.secret),
            address: enrolment.uri, picture: QRCode(enrolment.uri)?.dataURI, codes: enrolment.codes,
            download: RecoveryCodeFile.address(of: enrolment.codes, product: site.product), offer: enrolment.offer,
            accountLink: site.link(.account), notice: notice)
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
            try SecondFactorRemovalPage(
                shell: shell(visit, at: .account, below: Self.twoSteps), action: site.link(.removeSecondFactor),
                token: visit.token(for: .removeSecondFactor),
                keepLink: site.link(.secondFactorOfAccount)))
    }

    private func takeNewCodes(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let browser = visit.browser
        let made = try await store.read(as: actor) { [secondFactors] tx in
            try secondFactors.offerRecoveryCodes(for: me, in: browser, tx: tx)
        }
        return .page(
            try RecoveryCodesPage(
                shell: shell(visit, at: .account, below: Self.twoSteps), codes: made.codes,
                download: RecoveryCodeFile.address(of: made.codes, product: site.product),
                action: site.link(.keepRecoveryCodes),
                token: visit.token(for: .keepRecoveryCodes, about: made.offer), offer: made.offer,
                accountLink: site.link(.account)))
    }

    private func takeKeptCodes(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let (offer, browser) = (form.text("offer"), visit.browser)
        do {
            try await store.write(as: actor) { [secondFactors] tx in
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
            try await store.write(as: actor) { [secondFactors] tx in
                try secondFactors.remove(for: me, as: actor, tx: tx)
            }
            letters.tell(me.member.id, .secondFactorRemoved)
        }
    }
}
