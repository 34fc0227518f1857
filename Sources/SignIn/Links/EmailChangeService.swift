import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
import Policy
package import ProductDefinition
package import Tokens

/// Members change their own e-mail address.
///
/// Three things are shown for it: the password, which is kept anew for the new address, since what is kept of it is bound to the
/// address; the mailbox, by a link that goes there; and, when the link is opened, a session of the member: whoever gets mail
/// at an address that was mistyped can do nothing with it. The address before hears of it.
package struct EmailChangeService: Sendable {
    private let store: any Store
    private let keyRing: KeyRing
    private let productName: String
    private let words: ProductWords
    private let keeper: PasswordKeeper
    private let outbox: Outbox?
    private let letters: OwnerLetters
    private let links: LinkMaker
    private let sessions: SessionService
    private let signIns: SignInService
    private let steps: SignInSteps
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - issuer: The public base URL.
    ///   - postman: Who takes mail, nil where nobody does: then an admin changes addresses.
    ///   - mailFailed: Is told why a mail was not taken, for the log.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, hasher: PasswordHasher,
        postman: (any Postman)?, mailFailed: @escaping @Sendable (any Error) -> Void = { _ in },
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.keyRing = keyRing
        productName = product.name
        words = product.words
        keeper = PasswordKeeper(hasher: hasher) { keyRing.keys.peppers }
        outbox = postman.map { Outbox($0, report: mailFailed) }
        letters = OwnerLetters(store: store, product: product, postman: postman, failed: mailFailed)
        links = LinkMaker(keyRing: keyRing, brand: product.brand, address: PublicAddress(issuer: issuer))
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        signIns = SignInService(store: store, keyRing: keyRing, product: product, hasher: hasher, now: now)
        steps = SignInSteps(sessions: sessions, keyRing: keyRing, now: now)
        self.now = now
    }

    /// What a member wants.
    package struct Wish: Sendable, Redacted {
        let email: String
        let password: String

        package init(email: String, password: String) {
            self.email = email
            self.password = password
        }
    }

    /// Whether members can change their address themselves: mail goes out.
    package var isAvailable: Bool { outbox != nil }

    /// Mails a link to the address that a member wants. Whether another member has it is told there alone.
    ///
    /// - Throws: ``SignInRefusal``; ``Refusal/invalid(_:)`` with `email` or `password`.
    package func request(_ wish: Wish, by signedIn: SignedIn, from browser: Browser) async throws {
        try signedIn.requireOwnSignIn(at: now())
        guard let outbox else { throw SignInRefusal.unavailable }
        let member = signedIn.member
        var checks = FieldChecks()
        let read = checks.email("email", wish.email)
        checks.require(read != member.email, "email", "unchanged", "That’s your address already.")
        try checks.finish()
        guard let email = read else { throw SignInRefusal.expired }
        let shown = try await signIns.show(wish.password, of: member, from: browser)
        let owner = PasswordPolicy.Owner(email: email.text, name: member.name, product: productName)
        guard PasswordPolicy.problem(with: wish.password, of: owner) == nil else {
            throw Refusal.invalid([
                InvalidField(
                    "password", "too_personal",
                    "Your password is too close to that address. Change your password first.")
            ])
        }
        let digest = try await digest(of: wish.password, for: email)
        let letter = try await store.write { [links, sessions, keyRing, productName, words, now] tx -> Letter in
            let now = now()
            let throttle = SignInThrottle(peppers: keyRing.keys.peppers)
            _ = try throttle.begin([.reset(email), .resetAddress(browser.address)], at: now, tx: tx)
            guard try sessions.has(signedIn.session, browser.sessionCookie, tx: tx),
                try tx.passwordDigest(of: member.id)?.encoded == shown.encoded
            else { throw SignInRefusal.expired }
            let organization = signedIn.organization
            guard try tx.member(email: email, in: organization.id) == nil else {
                return Self.letter(ofTaken: email, organization.name, productName, words)
            }
            let actor = signedIn.actor(requestID: browser.requestID, address: browser.address)
            let link = OneTimeLink(
                id: ID(at: now.milliseconds), purpose: .emailChange, member: member.id, createdAt: now,
                createdBy: actor.label, addressEffect: .proves,
                newAddress: OneTimeLink.NewAddress(email: email, password: digest))
            let url = try links.insert(link, keeping: 0, tx: tx)
            try tx.record(
                .memberEmailChangeRequested, target: member.id, in: organization.id, details: ["to": email.text],
                by: actor, at: now)
            return Self.letter(url, to: email, organization.name, productName)
        }
        outbox.post { letter }
    }

    /// What the page of a link shows.
    package enum LinkedPage: Hashable, Sendable {
        case confirm(from: EmailAddress, to: EmailAddress)
        /// Somebody else is signed in than who asked for it.
        case another
    }

    /// What the page of a link shows to whoever is signed in. To look uses nothing up.
    ///
    /// - Throws: ``SignInRefusal/expired``
    package func page(for token: String, signedIn: SignedIn) async throws -> LinkedPage {
        try await store.read { [links, now] tx in
            let link = try links.find(token, for: .emailChange, at: now(), tx: tx)
            guard let new = link.newAddress else { throw SignInRefusal.expired }
            guard link.member == signedIn.member.id else { return .another }
            return .confirm(from: signedIn.member.email, to: new.email)
        }
    }

    /// Uses the link up: the member has the new address, all their other sessions end, and this one goes on under another
    /// secret. The same form sent twice within half a minute is answered as the first time.
    ///
    /// - Throws: ``SignInRefusal``; ``Refusal/conflict(code:explanation:)`` `email_taken`.
    package func confirm(_ token: String, by signedIn: SignedIn, from browser: Browser) async throws -> StartedSession {
        guard !signedIn.session.isHandedOver else { throw SignInRefusal.unavailable }
        let form = SentForm.emailChange(token: token, from: browser)
        let former = signedIn.member.email
        let done: (session: StartedSession, isFirst: Bool)
        do {
            done = try await store.write { tx in
                if let kept = try steps.begun(by: form, from: browser, tx: tx) { return (kept, false) }
                return (try change(token, by: signedIn, form, from: browser, tx: tx), true)
            }
        } catch StoreError.constraint(.unique) {
            // Another call gave the address to another member at the same moment.
            throw Refusal.emailTaken(words)
        }
        if done.isFirst { letters.tell(signedIn.member.id, .emailChanged(from: former)) }
        return done.session
    }

    private func change(
        _ token: String, by signedIn: SignedIn, _ form: SentForm?, from browser: Browser, tx: borrowing Transaction
    ) throws -> StartedSession {
        let now = now()
        let member = signedIn.member
        guard try sessions.has(signedIn.session, browser.sessionCookie, tx: tx) else { throw SignInRefusal.expired }
        let link = try links.find(token, for: .emailChange, at: now, tx: tx)
        guard let new = link.newAddress, link.member == member.id else { throw SignInRefusal.expired }
        guard try tx.member(email: new.email, in: member.organization) == nil else { throw Refusal.emailTaken(words) }
        // Whoever had the mailbox of before has this one: what apps were given in between stays proved.
        var proof = EmailProof.link(now)
        if case .link(let earlier) = member.emailProof { proof = .link(earlier) }
        guard try tx.use(link.id, at: now),
            try tx.setEmail(
                new.email, of: member.id, from: member.email, password: new.password, proof: proof, now: now)
        else { throw SignInRefusal.expired }
        try tx.record(
            .memberEmailChanged, target: member.id, in: member.organization,
            details: ["from": member.email.text, "to": new.email.text],
            by: signedIn.actor(requestID: browser.requestID, address: browser.address), at: now)
        tx.announce(.member(member.id))
        let (session, cookie) = try sessions.keep(signedIn.session, by: form, tx: tx)
        let devices = DeviceCookie(peppers: keyRing.keys.peppers)
        return StartedSession(
            session: session, cookie: cookie,
            deviceCookie: devices.adding(member.id, new.password, to: browser.deviceCookie, at: now))
    }

    private func digest(of password: String, for email: EmailAddress) async throws -> PasswordDigest {
        do { return try await keeper.digest(of: password, for: email) } catch is PasswordHashingOverloaded {
            throw SignInRefusal.busy
        }
    }

    private static func letter(
        _ url: String, to email: EmailAddress, _ organization: String, _ product: String
    ) -> Letter {
        Letter(
            to: email, subject: "\(product): Confirm your e-mail address",
            body: """
                Hello,

                Somebody asked to sign in to \(organization) on \(product) with this address from now on. If it was you, open this \
                link where you’re signed in:

                \(url)

                The link works once and for 1 hour. If you weren’t expecting this e-mail, you can ignore it.

                """)
    }

    private static func letter(
        ofTaken email: EmailAddress, _ organization: String, _ product: String, _ words: ProductWords
    ) -> Letter {
        Letter(
            to: email, subject: "\(product): This address is in use",
            body: """
                Hello,

                Somebody asked to sign in to \(organization) on \(product) with this address from now on. Another \(words[.member].singular) \
                there already uses it, so nothing was changed. If you weren’t expecting this e-mail, you can ignore it.

                """)
    }
}
