package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
import Policy
package import ProductDefinition
package import Tokens

/// Links that let a member in once: invitations, new passwords, hand-overs.
///
/// Each is for one purpose and one member, kept as a digest, and used up by one conditional change, so of many who present
/// it at the same moment, on whatever node, one is let in (threat P11). To look at its page uses nothing up: programs that
/// look into mails open links too.
package struct OneTimeLinkService: Sendable {
    private let store: any Store
    private let keyRing: KeyRing
    private let hasher: PasswordHasher
    private let outbox: Outbox?
    private let product: Product
    private let roles: RoleService
    private let links: LinkMaker
    private let sessions: SessionService
    private let steps: SignInSteps
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - issuer: The public base URL.
    ///   - postman: Who takes mail, nil where nobody does: links are then shown to the admin who made them.
    ///   - mailFailed: Is told why a mail was not taken, for the log.
    package init(
        store: any Store, keyRing: KeyRing, product: Product, issuer: String, hasher: PasswordHasher,
        postman: (any Postman)?, mailFailed: @escaping @Sendable (any Error) -> Void = { _ in },
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.keyRing = keyRing
        self.hasher = hasher
        self.product = product
        self.now = now
        outbox = postman.map { Outbox($0, report: mailFailed) }
        roles = RoleService(product: product)
        links = LinkMaker(keyRing: keyRing, brand: product.brand, address: PublicAddress(issuer: issuer))
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        steps = SignInSteps(sessions: sessions, keyRing: keyRing, now: now)
    }

    /// Invites a member who has no password yet to set one.
    ///
    /// - Throws: ``Refusal``; ``Refusal/conflict(code:explanation:)`` `has_password`.
    package func invite(
        _ id: ID<Member>, in organization: ID<Organization>, as actor: Actor
    ) async throws -> SentLink {
        try await send(Errand(purpose: .invitation, member: id, organization: organization, actor: actor))
    }

    /// Lets a member set another password. Who has fewer rights than that member cannot (law 11).
    ///
    /// - Throws: ``Refusal``
    package func resetPassword(
        of id: ID<Member>, in organization: ID<Organization>, as actor: Actor
    ) async throws -> SentLink {
        try await send(Errand(purpose: .passwordReset, member: id, organization: organization, actor: actor))
    }

    /// Mails a link to whoever has forgotten their password. Whether anybody has that address cannot be told from the
    /// answer, nor from how long it takes: mails go out after it.
    ///
    /// Members without a password get none: they come by invitation or by hand-over.
    ///
    /// - Parameter query: What stands in the link behind its token, encoded: where its page goes on to. Empty for nothing.
    /// - Throws: ``SignInRefusal/unavailable`` where nobody takes mail, ``SignInRefusal/throttled(retryAfterSeconds:)``.
    package func requestReset(email: String, from browser: Browser, adding query: String = "") async throws {
        guard let outbox else { throw SignInRefusal.unavailable }
        let email = EmailAddress(email)
        let letters = try await store.write { [keyRing, links, now, product] tx in
            let now = now()
            let throttle = SignInThrottle(peppers: keyRing.keys.peppers)
            let measures: Set<SignInMeasure> =
                email.map { [.reset($0), .resetAddress(browser.address)] } ?? [.resetAddress(browser.address)]
            _ = try throttle.begin(measures, at: now, tx: tx)
            guard let email else { return [Letter]() }
            return try tx.members(email: email, limit: SignInService.maximumCandidates).compactMap { member in
                guard member.hasPassword, let organization = try tx.organization(member.organization),
                    let standing = try tx.standing(of: organization.id), !standing.isSuspended
                else { return nil }
                let link = OneTimeLink(
                    id: ID(at: now.milliseconds), purpose: .passwordReset, member: member.id, createdAt: now,
                    createdBy: member.id.description)
                // A stranger who asks again and again does not end the one that was just mailed.
                let url =
                    try links.insert(link, keeping: LinkMaker.maximumOpen - 1, tx: tx)
                    + (query.isEmpty ? "" : "&\(query)")
                try tx.record(
                    .passwordResetRequested, target: member.id, in: organization.id, by: browser.stranger, at: now)
                return Self.letter(link, url, member, organization, product.name)
            }
        }
        for letter in letters { outbox.post(letter) }
    }

    /// What the page of a link shows.
    ///
    /// - Throws: ``SignInRefusal/expired``
    package func page(for token: String, _ purpose: OneTimeLink.Purpose) async throws -> LinkPage {
        try await store.read { [links, now] tx in
            try Self.page(of: links.find(token, for: purpose, at: now(), tx: tx), tx: tx)
        }
    }

    private static func page(of link: OneTimeLink, tx: borrowing Transaction) throws -> LinkPage {
        guard let member = try tx.member(link.member), let organization = try tx.organization(member.organization)
        else { throw SignInRefusal.expired }
        return LinkPage(
            purpose: link.purpose, memberName: member.name, email: member.email.text,
            organizationName: organization.name, expiresAt: link.expiresAt, hasPassword: member.hasPassword)
    }

    /// Uses up an invitation or a reset: sets the password, ends all sessions of the member, and goes on to sign them in.
    /// A second factor is asked for as ever.
    ///
    /// - Throws: ``SignInRefusal``, or ``Refusal/invalid(_:)`` for a password that may not be set, which uses nothing up.
    package func setPassword(
        _ password: String, token: String, _ purpose: OneTimeLink.Purpose, from browser: Browser
    ) async throws -> SignInStep {
        guard purpose != .handOver else { throw SignInRefusal.expired }
        let form = SentForm.password(password, token: token, from: browser)
        // Without a good link no slow hash is made (law 2).
        let found = try await store.read { [links, steps, now] tx -> (begun: StartedSession?, member: Member?) in
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return (begun, nil) }
            return (nil, try tx.member(links.find(token, for: purpose, at: now(), tx: tx).member))
        }
        if let begun = found.begun { return .done(begun) }
        guard let member = found.member else { throw SignInRefusal.expired }
        let owner = PasswordPolicy.Owner(email: member.email.text, name: member.name, product: product.name)
        if let problem = PasswordPolicy.problem(with: password, of: owner) { throw Refusal.invalid([problem]) }
        let digest: PasswordDigest
        do { digest = try await hasher.hash(password) } catch is PasswordHashingOverloaded { throw SignInRefusal.busy }
        return try await store.write { [links, steps, now] tx in
            let now = now()
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return .done(begun) }
            let link = try links.find(token, for: purpose, at: now, tx: tx)
            guard try tx.use(link.id, at: now),
                let organization = try tx.member(link.member).flatMap({ member in
                    try tx.organization(member.organization)
                })
            else { throw SignInRefusal.expired }
            try tx.setPassword(digest, of: link.member)
            guard let member = try tx.member(link.member) else { throw SignInRefusal.expired }
            try tx.record(
                purpose == .invitation ? .memberJoined : .passwordChanged, target: member.id, in: organization.id,
                by: browser.actor(member, in: organization.path), at: now)
            tx.announce(.member(member.id))
            return try steps.next([member], methods: [.link], by: form, from: browser, tx: tx)
        }
    }

    /// What the page of a hand-over shows, and the ticket of its button. To look uses nothing up; from then on this browser
    /// has five minutes, however short the link's own time is.
    ///
    /// - Parameter browser: With the form secret that it is given with the page.
    /// - Throws: ``SignInRefusal/expired``
    package func handOverPage(
        for token: String, in browser: Browser
    ) async throws -> (page: LinkPage, ticket: String) {
        let found = try await store.read { [links, now] tx -> (link: OneTimeLink, page: LinkPage) in
            let link = try links.find(token, for: .handOver, at: now(), tx: tx)
            return (link, try Self.page(of: link, tx: tx))
        }
        let ticket = HandOverTicket(link: found.link.id, endsAt: now().adding(seconds: HandOverTicket.seconds))
        return (found.page, try ticket.sealed(for: browser, under: keyRing.keys))
    }

    /// Uses up a hand-over. The session may do what the member may and the link allows.
    ///
    /// - Throws: ``SignInRefusal``
    package func handOver(ticket text: String, from browser: Browser) async throws -> StartedSession {
        let ticket = try HandOverTicket(opening: text, in: browser, under: keyRing.keys)
        let form = SentForm.handOver(ticket: text, from: browser)
        return try await store.write { [sessions, steps, now] tx in
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return begun }
            let now = now()
            guard now < ticket.endsAt, let link = try tx.oneTimeLink(ticket.link, for: .handOver),
                let member = try tx.member(link.member), let standing = try tx.standing(of: member.organization),
                try tx.use(link.id, at: now)
            else { throw SignInRefusal.expired }
            guard !standing.isSuspended else { throw SignInRefusal.suspended }
            let (session, cookie) = try sessions.start(
                member, in: standing.path, methods: [.handOver], by: form, within: link, from: browser, tx: tx)
            return StartedSession(session: session, cookie: cookie, deviceCookie: nil)
        }
    }

    /// The link that a token once opened: for where to go on from one that is used or over. Lets nobody in.
    package func link(of token: String, _ purpose: OneTimeLink.Purpose) async throws -> OneTimeLink? {
        try await store.read { [links] tx in try links.findOfAnyTime(token, for: purpose, tx: tx) }
    }

    /// The link of a hand-over's ticket: for where to go on from one that is used or over. Lets nobody in.
    package func link(ofTicket text: String, in browser: Browser) async throws -> OneTimeLink? {
        guard let ticket = try? HandOverTicket(opening: text, in: browser, under: keyRing.keys) else { return nil }
        return try await store.read { tx in try tx.oneTimeLink(ticket.link, for: .handOver) }
    }

    /// What an admin wants sent. One value: as four arguments of an asynchronous function they do not survive a debug build
    /// of Swift 6.3.1.
    private struct Errand: Sendable {
        let purpose: OneTimeLink.Purpose
        let member: ID<Member>
        let organization: ID<Organization>
        let actor: Actor
    }

    private func send(_ errand: Errand) async throws -> SentLink {
        let made = try await store.write { [roles, links, now, product] tx in
            let organization = try tx.organization(errand.organization, where: errand.actor, may: .membersManage)
            guard let member = try tx.member(errand.member), member.organization == organization.id else {
                throw Refusal.notFound
            }
            try errand.actor.requiresRights(roles.permissions(of: member.roles))
            if errand.purpose == .invitation, member.hasPassword {
                throw Refusal.conflict(
                    code: "has_password", explanation: "The member has a password already. Reset it instead.")
            }
            let now = now()
            let link = OneTimeLink(
                id: ID(at: now.milliseconds), purpose: errand.purpose, member: member.id, createdAt: now,
                createdBy: errand.actor.label)
            let url = try links.insert(link, keeping: 0, tx: tx)
            try tx.record(
                errand.purpose == .invitation ? .memberInvited : .passwordResetRequested, target: member.id,
                in: organization.id, details: ["link": link.id.description], by: errand.actor, at: now)
            return MadeLink(
                link: link, url: url, letter: Self.letter(link, url, member, organization, product.name))
        }
        // A mail that cannot be sent is no reason to lose the link.
        let isMailed = try await outbox?.send(made.letter) ?? false
        return SentLink(link: made.link, url: isMailed ? nil : made.url)
    }

    private struct MadeLink: Sendable {
        let link: OneTimeLink
        let url: String
        let letter: Letter
    }

    private static func letter(
        _ link: OneTimeLink, _ url: String, _ member: Member, _ organization: Organization, _ product: String
    ) -> Letter {
        let what =
            link.purpose == .invitation
            ? (subject: "Your invitation to \(organization.name)", act: "set your password", time: "7 days")
            : (subject: "Set a new password", act: "set a new password", time: "1 hour")
        return Letter(
            to: member.email, subject: "\(product): \(what.subject)",
            body: """
                Hello \(member.name),

                to \(what.act) for \(organization.name) at \(product), open this link:

                \(url)

                It works once and for \(what.time). If you did not expect it, do nothing.

                """)
    }
}
