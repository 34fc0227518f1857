package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
package import ProductDefinition
package import Tokens

/// Lets members in by e-mail address, password and second factor.
///
/// Passwords are compared outside of transactions, because that takes long; before and after it stands a short one each.
package struct SignInService: Sendable {
    private let store: any Store
    private let keyRing: KeyRing
    private let productName: String
    private let keeper: PasswordKeeper
    private let sessions: SessionService
    private let steps: SignInSteps
    private let now: @Sendable () -> Instant

    package init(
        store: any Store, keyRing: KeyRing, product: Product, hasher: PasswordHasher,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.keyRing = keyRing
        productName = product.name
        keeper = PasswordKeeper(hasher: hasher) { keyRing.keys.peppers }
        self.now = now
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        steps = SignInSteps(sessions: sessions, keyRing: keyRing, now: now)
    }

    /// Whoever shows an e-mail address and a password.
    ///
    /// However many members have the address, and in whatever accounts, the work is that of one password, and each of them is
    /// let in, or waits, by what was tried at them alone. An address that no member has is refused as one with a wrong
    /// password is: after the same count, the same delays and the same work.
    ///
    /// - Throws: ``SignInRefusal``
    package func signIn(email: String, password: String, from browser: Browser) async throws -> SignInStep {
        let email = EmailAddress(email)
        let admission = try await admit(email, from: browser)
        let candidates = admission.candidates
        let match = try await matching(password, email, candidates.compactMap(\.password))
        let matched = zip(candidates.filter { $0.password != nil }, match.isMatch).filter(\.1).map(\.0)
        guard let email, let renewed = match.renewed, !matched.isEmpty else {
            return try await refuse(admission.attempt, noting: admission.due, from: browser)
        }
        return try await store.write { [steps, throttle] tx in
            for case .some(let old) in matched.map(\.password) where old.encoded != renewed.encoded {
                try tx.renewPasswordDigest(at: email, from: old, to: renewed)
            }
            // Whoever has the mailbox guesses at nobody who has it: they could set any of these passwords by mail.
            let right = matched.contains { $0.isOfMailbox(at: admission.at) } ? candidates : matched
            try throttle.forgive(right.reduce(into: []) { $0.formUnion($1.measures) }, isLetIn: false, tx: tx)
            // Changed or removed while the password was compared: gone.
            let now = try tx.addressedMembers(email).filter { $0.password?.encoded == renewed.encoded }
            let wanted = Set(matched.map(\.id))
            let left = now.filter { wanted.contains($0.id) }
            guard !left.isEmpty else { throw SignInRefusal.wrong }
            // Those for whom nothing may be tried now are not shown either: that would be a guess at their password. Where
            // not all can be named, those first who have signed in with this browser before.
            let known = Set(matched.filter { !$0.measures.contains(.member($0.id)) }.map(\.id))
            let ordered = left.map(\.id).filter(known.contains) + left.map(\.id).filter { !known.contains($0) }
            let members = left.count == now.count ? nil : Array(ordered.prefix(SignInTicket.Proof.mostNamed))
            return try steps.next(
                SignInTicket.Proof(email: email, password: renewed, members: members), from: browser, tx: tx)
        }
    }

    /// Whoever has chosen one of several members.
    ///
    /// - Throws: ``SignInRefusal``
    package func choose(
        _ member: ID<Member>, ticket: String, from browser: Browser
    ) async throws -> SignInStep {
        let (proof, methods) = try choice(in: ticket, browser)
        return try await store.write { [steps] tx in
            guard let chosen = try tx.member(member), chosen.email == proof.email,
                try tx.passwordDigest(of: member)?.encoded == proof.password.encoded,
                proof.members?.contains(member) ?? true
            else { throw SignInRefusal.expired }
            return try steps.next(chosen, methods: methods, from: browser, tx: tx)
        }
    }

    /// The organizations of a ticket: a page of them, or those that are searched for.
    ///
    /// - Throws: ``SignInRefusal/expired``.
    package func choices(
        in ticket: String, _ part: OrganizationListPart = OrganizationListPart(), from browser: Browser
    ) async throws -> OrganizationList {
        let (proof, _) = try choice(in: ticket, browser)
        return try await store.read { tx in
            try OrganizationList(of: proof.email, by: proof.addressed, part, tx: tx)
        }
    }

    /// Whoever shows a code of their authenticator, or a recovery code. Each is good once; the same form sent twice within
    /// half a minute leads to the one session.
    ///
    /// - Throws: ``SignInRefusal``. After ``SignInRefusal/wrong`` the ticket is still good.
    package func confirm(code: String, ticket: String, from browser: Browser) async throws -> SignInStep {
        let form = SentForm.code(code, ticket: ticket, from: browser)
        let ticket = try open(ticket, browser)
        guard case .secondFactor(let candidate) = ticket.step else { throw SignInRefusal.expired }
        return try await attempt { [steps, throttle, failures, codes, devices, now] tx in
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return .done(begun) }
            let member = try steps.member(candidate, tx: tx)
            guard let standing = try tx.standing(of: member.organization), !standing.isSuspended else {
                throw SignInRefusal.suspended
            }
            let now = now()
            let password = try tx.passwordDigest(of: member.id)
            let measures = SignInSteps.measures(member.id, password, browser, devices, at: now)
            let attempt = try throttle.begin(measures, at: now, tx: tx)
            guard
                let method = try codes.accept(
                    code, of: member, as: browser.actor(member, in: standing.path), at: now, tx: tx)
            else {
                try throttle.record(attempt, from: browser, at: now, tx: tx)
                try failures.note([.member(member.id)], tried: .code, from: browser, at: now, tx: tx)
                return nil
            }
            try throttle.forgive(measures, isLetIn: true, tx: tx)
            return .done(
                try steps.start(member, methods: ticket.methods + [method, .multiple], by: form, from: browser, tx: tx))
        }
    }

    /// A member who is signed in and proves again who they are. The session gets another secret.
    ///
    /// - Parameter code: Of the authenticator, or a recovery code; needed where the member has a second factor.
    /// - Throws: ``SignInRefusal``
    package func reauthenticate(
        _ signedIn: SignedIn, password: String, code: String?, from browser: Browser
    ) async throws -> StartedSession {
        let member = signedIn.member
        let begun = try await begin(member, from: browser)
        guard let kept = try await matching(password, member.email, [begun.digest]).renewed else {
            return try await refuse(begun.attempt, noting: [.member(member.id)], from: browser)
        }
        let form = SentForm.reauthentication(password: password, code: code, from: browser)
        return try await attempt { [sessions, steps, throttle, failures, codes, devices, now] tx in
            if let renewed = try steps.begun(by: form, from: browser, tx: tx) {
                try throttle.forgive(begun.attempt.measures, isLetIn: true, tx: tx)
                return renewed
            }
            let now = now()
            // The password that was compared must still be the one in force.
            guard let digest = try tx.passwordDigest(of: member.id), digest.encoded == begun.digest.encoded else {
                throw SignInRefusal.expired
            }
            if digest.encoded != kept.encoded {
                try tx.renewPasswordDigest(at: member.email, from: digest, to: kept)
            }
            var methods: [SignInMethod] = [.password]
            if try tx.secondFactor(of: member.id) != nil {
                guard
                    let method = try codes.accept(
                        code ?? "", of: member, as: browser.actor(member, in: signedIn.organization.path), at: now,
                        tx: tx)
                else {
                    try throttle.record(begun.attempt, from: browser, at: now, tx: tx)
                    try failures.note([.member(member.id)], tried: .code, from: browser, at: now, tx: tx)
                    return nil
                }
                methods += [method, .multiple]
            }
            guard
                let renewed = try sessions.renew(
                    signedIn.session, from: browser.sessionCookie, methods: methods, by: form, tx: tx)
            else { throw SignInRefusal.expired }
            try throttle.forgive(begun.attempt.measures, isLetIn: true, tx: tx)
            return StartedSession(
                session: renewed.session, cookie: renewed.cookie,
                deviceCookie: devices.adding(member.id, kept, to: browser.deviceCookie, at: now))
        }
    }

    /// Has a member who is signed in show their password once more, counted as any other attempt. The session stays as it is.
    ///
    /// - Returns: The digest that was compared.
    /// - Throws: ``SignInRefusal``
    func show(_ password: String, of member: Member, from browser: Browser) async throws -> PasswordDigest {
        let begun = try await begin(member, from: browser)
        guard try await matching(password, member.email, [begun.digest]).renewed != nil else {
            return try await refuse(begun.attempt, noting: [.member(member.id)], from: browser)
        }
        try await store.write { [throttle] tx in
            try throttle.forgive(begun.attempt.measures, isLetIn: false, tx: tx)
        }
        return begun.digest
    }

    /// Counts an attempt at the password of a member who is signed in.
    private func begin(
        _ member: Member, from browser: Browser
    ) async throws -> (digest: PasswordDigest, attempt: SignInThrottle.Attempt) {
        try await store.write { [throttle, devices, now] tx in
            guard let digest = try tx.passwordDigest(of: member.id) else { throw SignInRefusal.unavailable }
            let measures = SignInSteps.measures(member.id, digest, browser, devices, at: now())
            return (digest, try throttle.begin(measures, at: now(), tx: tx))
        }
    }

    /// The session that the same form has just begun or renewed, so that a second one is answered as the first was.
    package func begun(by form: SentForm?, from browser: Browser) async throws -> StartedSession? {
        guard let form else { return nil }
        return try await store.read { [steps] tx in try steps.begun(by: form, from: browser, tx: tx) }
    }

    /// Gives a session another secret because it may do more from now on, such as after a second factor was added.
    ///
    /// - Parameter form: What was sent, so that one that is sent twice renews once.
    /// - Throws: ``SignInRefusal/expired`` where it has ended meanwhile.
    package func renew(
        _ signedIn: SignedIn, by form: SentForm?, from browser: Browser, tx: borrowing Transaction
    ) throws -> StartedSession {
        if let begun = try steps.begun(by: form, from: browser, tx: tx) { return begun }
        guard
            let renewed = try sessions.renew(
                signedIn.session, from: browser.sessionCookie, methods: nil, by: form, tx: tx)
        else { throw SignInRefusal.expired }
        return StartedSession(session: renewed.session, cookie: renewed.cookie, deviceCookie: nil)
    }

    /// Sets another password of one's own. All one's other sessions end, and this one goes on under another secret.
    ///
    /// - Throws: ``SignInRefusal``, or ``Refusal/invalid(_:)`` for a password that may not be set.
    package func changePassword(
        _ signedIn: SignedIn, to password: String, from browser: Browser
    ) async throws -> StartedSession {
        try signedIn.requireOwnSignIn(at: now())
        let member = signedIn.member
        let owner = PasswordPolicy.Owner(email: member.email.text, name: member.name, product: productName)
        if let problem = PasswordPolicy.problem(with: password, of: owner) { throw Refusal.invalid([problem]) }
        let digest = try await self.digest(of: password, for: member.email)
        let form = SentForm.change(to: password, from: browser)
        return try await store.write { [sessions, steps, devices, now] tx in
            if let kept = try steps.begun(by: form, from: browser, tx: tx) { return kept }
            guard try sessions.has(signedIn.session, browser.sessionCookie, tx: tx) else { throw SignInRefusal.expired }
            guard try tx.setPassword(digest, of: member.id, at: member.email, now: now()) else {
                throw SignInRefusal.expired
            }
            try tx.record(
                .passwordChanged, target: member.id, in: member.organization,
                by: signedIn.actor(requestID: browser.requestID, address: browser.address), at: now())
            tx.announce(.member(member.id))
            let (session, cookie) = try sessions.keep(signedIn.session, by: form, tx: tx)
            return StartedSession(
                session: session, cookie: cookie,
                deviceCookie: devices.adding(member.id, digest, to: browser.deviceCookie, at: now()))
        }
    }

    private struct Candidate: Sendable {
        let id: ID<Member>
        let password: PasswordDigest?
        let ownPasswordSince: Instant?
        let measures: Set<SignInMeasure>

        /// Whether who shows the password is whoever has the mailbox. Not as long as it is so new that one guess after another
        /// could be set as the password and tried at the others, by somebody who got in here without the mailbox: no faster
        /// than guesses are forgotten anyway.
        func isOfMailbox(at now: Instant) -> Bool {
            guard let since = ownPasswordSince else { return false }
            return now.seconds(since: since) >= SignInMeasure.member(id).forgottenAfter
        }
    }

    private struct Admission: Sendable {
        let candidates: [Candidate]
        let attempt: SignInThrottle.Attempt
        /// Of whom a failure would be noted.
        let due: [FailedSignIns.Owner]
        let at: Instant
    }

    private var throttle: SignInThrottle { SignInThrottle(peppers: keyRing.keys.peppers) }
    private var failures: FailedSignIns { FailedSignIns(peppers: keyRing.keys.peppers) }
    private var devices: DeviceCookie { DeviceCookie(peppers: keyRing.keys.peppers) }
    private var codes: SecondFactorCheck { SecondFactorCheck(keys: keyRing.keys) }

    /// Whose passwords may be compared now, each attempt counted.
    ///
    /// - Throws: ``SignInRefusal/throttled(retryAfterSeconds:)`` where it is nobody's.
    private func admit(_ email: EmailAddress?, from browser: Browser) async throws -> Admission {
        try await store.write { [throttle, failures, devices, now] tx in
            let now = now()
            let members = try email.map { try tx.addressedMembers($0) } ?? []
            guard !members.isEmpty else {
                let measures: Set<SignInMeasure> =
                    email.map { [.email($0), .address(browser.address)] } ?? [.address(browser.address)]
                let attempt = try throttle.begin(measures, at: now, tx: tx)
                let due = try failures.due(email.map { [.email($0)] } ?? [], at: now, tx: tx)
                return Admission(candidates: [], attempt: attempt, due: due, at: now)
            }
            let all = members.map { member in
                Candidate(
                    id: member.id, password: member.password, ownPasswordSince: member.ownPasswordSince,
                    measures: SignInSteps.measures(member.id, member.password, browser, devices, at: now))
            }
            let levels = try throttle.levels(
                of: all.reduce(into: []) { $0.formUnion($1.measures) }, at: now, tx: tx)
            let waits = all.map { throttle.wait($0.measures, levels) }
            let candidates = zip(all, waits).filter { $0.1 == 0 }.map(\.0)
            guard !candidates.isEmpty else {
                throw SignInRefusal.throttled(retryAfterSeconds: waits.min() ?? SignInThrottle.longestDelay)
            }
            let attempt = try throttle.count(
                candidates.reduce(into: []) { $0.formUnion($1.measures) }, levels, tx: tx)
            let due = try failures.due(candidates.map { .member($0.id) }, at: now, tx: tx)
            return Admission(candidates: candidates, attempt: attempt, due: due, at: now)
        }
    }

    /// - Parameter due: Whose failure is noted, unless one was within the hour.
    private func refuse<R>(
        _ attempt: SignInThrottle.Attempt, noting due: [FailedSignIns.Owner], from browser: Browser
    ) async throws -> R {
        if !attempt.spent.isEmpty || !due.isEmpty {
            try await store.write { [throttle, failures, now] tx in
                try throttle.record(attempt, from: browser, at: now(), tx: tx)
                try failures.note(due, tried: .password, from: browser, at: now(), tx: tx)
            }
        }
        throw SignInRefusal.wrong
    }

    /// Runs a body whose nil is an attempt in vain, which must stay counted: so it is no error inside the transaction.
    private func attempt<R: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> R?
    ) async throws -> R {
        guard let result = try await store.write(body) else { throw SignInRefusal.wrong }
        return result
    }

    private func open(_ ticket: String, _ browser: Browser) throws -> SignInTicket {
        try SignInTicket(opening: ticket, browser, under: keyRing.keys, at: now())
    }

    private func choice(
        in ticket: String, _ browser: Browser
    ) throws -> (proof: SignInTicket.Proof, methods: [SignInMethod]) {
        let ticket = try open(ticket, browser)
        guard case .chooseOrganization(let proof) = ticket.step else { throw SignInRefusal.expired }
        return (proof, ticket.methods)
    }

    private func matching(
        _ password: String, _ email: EmailAddress?, _ kept: [PasswordDigest]
    ) async throws -> PasswordKeeper.Match {
        do { return try await keeper.match(password, for: email, among: kept) } catch is PasswordHashingOverloaded {
            throw SignInRefusal.busy
        }
    }

    private func digest(of password: String, for email: EmailAddress) async throws -> PasswordDigest {
        do { return try await keeper.digest(of: password, for: email) } catch is PasswordHashingOverloaded {
            throw SignInRefusal.busy
        }
    }
}
