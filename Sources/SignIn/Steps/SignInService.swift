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
    /// The most members with one e-mail address whose passwords are compared.
    package static let maximumCandidates = 5

    private let store: any Store
    private let keyRing: KeyRing
    private let productName: String
    private let hasher: PasswordHasher
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
        self.hasher = hasher
        self.now = now
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        steps = SignInSteps(sessions: sessions, keyRing: keyRing, now: now)
    }

    /// Whoever shows an e-mail address and a password.
    ///
    /// An address that no member has is refused as one with a wrong password is: after the same count, the same delays
    /// and the work of one password.
    ///
    /// - Throws: ``SignInRefusal``
    package func signIn(email: String, password: String, from browser: Browser) async throws -> SignInStep {
        let admission = try await admit(EmailAddress(email), from: browser)
        var matched: [Candidate] = []
        for candidate in admission.candidates where try await matches(password, candidate.password) {
            matched.append(candidate)
        }
        if admission.candidates.isEmpty { _ = try await matches(password, nil) }
        guard !matched.isEmpty else { return try await refuse(admission.attempt, from: browser) }
        let renewed = try await renewedDigests(password, matched)
        return try await store.write { [steps, throttle, matched] tx in
            for (candidate, digest) in zip(matched, renewed) {
                guard let old = candidate.password, let digest else { continue }
                try tx.renewPasswordDigest(of: candidate.member.id, from: old, to: digest)
            }
            try throttle.forgive(
                matched.reduce(into: []) { $0.formUnion($1.measures) }, isLetIn: false, tx: tx)
            // Changed or removed while the password was compared: gone.
            let members = try matched.compactMap { candidate in
                try tx.member(candidate.member.id).flatMap { $0.revision == candidate.member.revision ? $0 : nil }
            }
            guard !members.isEmpty else { throw SignInRefusal.wrong }
            return try steps.next(members, methods: [.password], from: browser, tx: tx)
        }
    }

    /// Whoever has chosen one of several members.
    ///
    /// - Throws: ``SignInRefusal``
    package func choose(
        _ member: ID<Member>, ticket: String, from browser: Browser
    ) async throws -> SignInStep {
        let ticket = try open(ticket, for: .chooseOrganization, browser)
        return try await store.write { [steps] tx in
            guard let chosen = try steps.members(of: ticket, tx: tx).first(where: { $0.id == member }) else {
                throw SignInRefusal.expired
            }
            return try steps.next([chosen], methods: ticket.methods, from: browser, tx: tx)
        }
    }

    /// The members of a ticket, to ask once more which it shall be.
    ///
    /// - Throws: ``SignInRefusal/expired``.
    package func choices(in ticket: String, from browser: Browser) async throws -> [OrganizationChoice] {
        let ticket = try open(ticket, for: .chooseOrganization, browser)
        return try await store.read { [steps] tx in
            try steps.members(of: ticket, tx: tx).compactMap { try steps.choice($0, tx: tx) }
        }
    }

    /// Whoever shows a code of their authenticator, or a recovery code. Each is good once; the same form sent twice within
    /// half a minute leads to the one session.
    ///
    /// - Throws: ``SignInRefusal``. After ``SignInRefusal/wrong`` the ticket is still good.
    package func confirm(code: String, ticket: String, from browser: Browser) async throws -> SignInStep {
        let form = SentForm.code(code, ticket: ticket, from: browser)
        let ticket = try open(ticket, for: .secondFactor, browser)
        return try await attempt { [steps, throttle, codes, devices, now] tx in
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return .done(begun) }
            guard let member = try steps.members(of: ticket, tx: tx).first else { throw SignInRefusal.expired }
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
        let begun = try await store.write { [throttle, devices, now] tx in
            guard let digest = try tx.passwordDigest(of: member.id) else { throw SignInRefusal.unavailable }
            let measures = SignInSteps.measures(member.id, digest, browser, devices, at: now())
            return (digest: digest, attempt: try throttle.begin(measures, at: now(), tx: tx))
        }
        guard try await matches(password, begun.digest) else {
            return try await refuse(begun.attempt, from: browser)
        }
        let form = SentForm.reauthentication(password: password, code: code, from: browser)
        return try await attempt { [sessions, steps, throttle, codes, devices, now] tx in
            if let renewed = try steps.begun(by: form, from: browser, tx: tx) {
                try throttle.forgive(begun.attempt.measures, isLetIn: true, tx: tx)
                return renewed
            }
            let now = now()
            // The password that was compared must still be the one in force.
            guard let digest = try tx.passwordDigest(of: member.id), digest.encoded == begun.digest.encoded else {
                throw SignInRefusal.expired
            }
            var methods: [SignInMethod] = [.password]
            if try tx.secondFactor(of: member.id) != nil {
                guard
                    let method = try codes.accept(
                        code ?? "", of: member, as: browser.actor(member, in: signedIn.organization.path), at: now,
                        tx: tx)
                else {
                    try throttle.record(begun.attempt, from: browser, at: now, tx: tx)
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
                deviceCookie: devices.adding(member.id, digest, to: browser.deviceCookie, at: now))
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
        let digest = try await hash(password)
        let form = SentForm.change(to: password, from: browser)
        return try await store.write { [sessions, steps, devices, now] tx in
            if let kept = try steps.begun(by: form, from: browser, tx: tx) { return kept }
            guard try sessions.has(signedIn.session, browser.sessionCookie, tx: tx) else { throw SignInRefusal.expired }
            try tx.setPassword(digest, of: member.id)
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
        let member: Member
        let password: PasswordDigest?
        let measures: Set<SignInMeasure>
    }

    private struct Admission: Sendable {
        let candidates: [Candidate]
        let attempt: SignInThrottle.Attempt
    }

    private var throttle: SignInThrottle { SignInThrottle(peppers: keyRing.keys.peppers) }
    private var devices: DeviceCookie { DeviceCookie(peppers: keyRing.keys.peppers) }
    private var codes: SecondFactorCheck { SecondFactorCheck(keys: keyRing.keys) }

    /// Whose passwords may be compared now, each attempt counted.
    ///
    /// - Throws: ``SignInRefusal/throttled(retryAfterSeconds:)`` where it is nobody's.
    private func admit(_ email: EmailAddress?, from browser: Browser) async throws -> Admission {
        try await store.write { [throttle, devices, now] tx in
            let now = now()
            let members = try email.map { try tx.members(email: $0, limit: Self.maximumCandidates) } ?? []
            guard !members.isEmpty else {
                let measures: Set<SignInMeasure> =
                    email.map { [.email($0), .address(browser.address)] } ?? [.address(browser.address)]
                return Admission(candidates: [], attempt: try throttle.begin(measures, at: now, tx: tx))
            }
            var candidates: [Candidate] = []
            var shortest = Int.max
            for member in members {
                let password = try tx.passwordDigest(of: member.id)
                let measures = SignInSteps.measures(member.id, password, browser, devices, at: now)
                let seconds = try throttle.wait(measures, at: now, tx: tx)
                shortest = min(shortest, seconds)
                if seconds == 0 {
                    candidates.append(Candidate(member: member, password: password, measures: measures))
                }
            }
            guard !candidates.isEmpty else { throw SignInRefusal.throttled(retryAfterSeconds: shortest) }
            let attempt = try throttle.count(
                candidates.reduce(into: []) { $0.formUnion($1.measures) }, at: now, tx: tx)
            // Who has no password costs the work of one only where nobody has any.
            return Admission(candidates: candidates.filter { $0.password != nil }, attempt: attempt)
        }
    }

    /// Digests at the present cost, for those that were made at another.
    private func renewedDigests(_ password: String, _ matched: [Candidate]) async throws -> [PasswordDigest?] {
        var renewed: [PasswordDigest?] = []
        for candidate in matched {
            let isOld = candidate.password.map(hasher.needsRehash) ?? false
            renewed.append(isOld ? try await hash(password) : nil)
        }
        return renewed
    }

    private func refuse<R>(_ attempt: SignInThrottle.Attempt, from browser: Browser) async throws -> R {
        if !attempt.spent.isEmpty {
            try await store.write { [throttle, now] tx in
                try throttle.record(attempt, from: browser, at: now(), tx: tx)
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

    private func open(_ ticket: String, for step: SignInTicket.Step, _ browser: Browser) throws -> SignInTicket {
        try SignInTicket(opening: ticket, for: step, browser, under: keyRing.keys, at: now())
    }

    private func matches(_ password: String, _ digest: PasswordDigest?) async throws -> Bool {
        do { return try await hasher.verify(password, against: digest) } catch is PasswordHashingOverloaded {
            throw SignInRefusal.busy
        }
    }

    private func hash(_ password: String) async throws -> PasswordDigest {
        do { return try await hasher.hash(password) } catch is PasswordHashingOverloaded { throw SignInRefusal.busy }
    }
}
