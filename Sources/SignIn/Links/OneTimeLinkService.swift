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
    private let keeper: PasswordKeeper
    private let outbox: Outbox?
    private let letters: OwnerLetters
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
        keeper = PasswordKeeper(hasher: hasher) { keyRing.keys.peppers }
        self.product = product
        self.now = now
        outbox = postman.map { Outbox($0, report: mailFailed) }
        letters = OwnerLetters(store: store, product: product, postman: postman, failed: mailFailed)
        roles = RoleService(product: product)
        links = LinkMaker(keyRing: keyRing, brand: product.brand, address: PublicAddress(issuer: issuer))
        sessions = SessionService(store: store, keyRing: keyRing, product: product, now: now)
        steps = SignInSteps(sessions: sessions, keyRing: keyRing, now: now)
    }

    /// Whether anybody takes mail.
    package var sendsMail: Bool { outbox != nil }

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

    /// Mails a link to whoever has forgotten their password: one to the address, however many members have it. Whether
    /// anybody has it cannot be told from the answer, nor from how long it takes: all that is done for an address that
    /// somebody has is done after the answer.
    ///
    /// Members without a password get none: they come by invitation or by hand-over.
    ///
    /// - Parameter query: What stands in the link behind its token, encoded: where its page goes on to. Empty for nothing.
    /// - Throws: ``SignInRefusal/unavailable`` where nobody takes mail, ``SignInRefusal/throttled(retryAfterSeconds:)``.
    package func requestReset(email: String, from browser: Browser, adding query: String = "") async throws {
        guard let outbox else { throw SignInRefusal.unavailable }
        let email = EmailAddress(email)
        try await store.write { [keyRing, now] tx in
            let throttle = SignInThrottle(peppers: keyRing.keys.peppers)
            let measures: Set<SignInMeasure> =
                email.map { [.reset($0), .resetAddress(browser.address)] } ?? [.resetAddress(browser.address)]
            _ = try throttle.begin(measures, at: now(), tx: tx)
        }
        guard let email else { return }
        outbox.post { [store, links, now, product] in
            try await store.write { tx in
                let now = now()
                let first = try tx.addressedOrganizations(email, by: .anyPassword, limit: 2)
                guard let one = first.first else { return nil }
                let link = AddressLink(id: ID(at: now.milliseconds), email: email, createdAt: now)
                let url = try links.insert(link, tx: tx) + (query.isEmpty ? "" : "&\(query)")
                try Self.recordRequest(for: email, from: browser, at: now, tx: tx)
                return first.count == 1
                    ? Self.letter(.passwordReset, url, one.member, one.organization, product.name)
                    : Self.letter(url, to: email, product)
            }
        }
    }

    /// In the audit log of each organization whose member it may be.
    private static func recordRequest(
        for email: EmailAddress, from browser: Browser, at now: Instant, tx: borrowing Transaction
    ) throws {
        var last: ID<Member>?
        repeat {
            let page = try tx.addressedOrganizations(email, by: .anyPassword, after: last, limit: 200)
            for found in page {
                try tx.record(
                    .passwordResetRequested, target: found.member.id, in: found.member.organization,
                    by: browser.stranger, at: now)
            }
            last = page.count == 200 ? page.last?.member.id : nil
        } while last != nil
    }

    /// What the page of a link shows that is one member's.
    ///
    /// - Throws: ``SignInRefusal/expired``
    package func page(for token: String, _ purpose: OneTimeLink.Purpose) async throws -> LinkPage {
        try await store.read { [links, now] tx in
            try Self.page(of: links.find(token, for: purpose, at: now(), tx: tx), tx: tx)
        }
    }

    /// What the page of an invitation or a reset shows. To look uses nothing up.
    ///
    /// - Parameters:
    ///   - member: Whom somebody has chosen, where the link proves an address.
    ///   - part: Which part of those that can be chosen is wanted.
    /// - Throws: ``SignInRefusal/expired``
    package func passwordPage(
        for token: String, _ purpose: OneTimeLink.Purpose, of member: ID<Member>? = nil,
        _ part: OrganizationListPart = OrganizationListPart()
    ) async throws -> PasswordLinkPage {
        try await store.read { [links, now] tx in
            guard purpose == .passwordReset, let link = try tx.addressLink(links.digests(of: token), at: now()) else {
                return .password(
                    try Self.page(of: links.find(token, for: purpose, at: now(), tx: tx), tx: tx), member: nil)
            }
            if let member { return .password(try Self.page(of: link, for: member, tx: tx), member: member) }
            let list = try OrganizationList(of: link.email, by: .anyPassword, part, tx: tx)
            if list.isWhole, list.choices.count <= 1 {
                guard let only = list.choices.first else { throw SignInRefusal.expired }
                return .password(try Self.page(of: link, for: only.member, tx: tx), member: only.member)
            }
            return .choose(list)
        }
    }

    private static func page(of link: OneTimeLink, tx: borrowing Transaction) throws -> LinkPage {
        guard let member = try tx.member(link.member) else { throw SignInRefusal.expired }
        return try page(
            of: link.purpose, member, by: maker(of: link, for: member, tx: tx), until: link.expiresAt, tx: tx)
    }

    private static func page(
        of link: AddressLink, for id: ID<Member>, tx: borrowing Transaction
    ) throws -> LinkPage {
        try page(of: .passwordReset, member(id, of: link, tx: tx), until: link.expiresAt, tx: tx)
    }

    private static func page(
        of purpose: OneTimeLink.Purpose, _ member: Member, by maker: String? = nil, until end: Instant,
        tx: borrowing Transaction
    ) throws -> LinkPage {
        guard let organization = try tx.organization(member.organization) else { throw SignInRefusal.expired }
        return LinkPage(
            purpose: purpose, memberName: member.name, email: member.email.text,
            organizationName: organization.name, invitedBy: maker, roles: member.roles, expiresAt: end,
            hasPassword: member.hasPassword)
    }

    /// The name of the member who made a link; nil for a program, and for who is of another organization: nobody hears who
    /// works above them (law 12).
    private static func maker(of link: OneTimeLink, for member: Member, tx: borrowing Transaction) throws -> String? {
        let id = ID<Member>(parsing: String(link.createdBy.prefix { $0 != " " }))
        guard let maker = try id.flatMap({ try tx.member($0) }), maker.organization == member.organization else {
            return nil
        }
        return maker.name
    }

    /// The member whom the owner of an address may set a password for. Not where another one was set since the link was made:
    /// whoever did that had a reason.
    private static func member(
        _ id: ID<Member>, of link: AddressLink, tx: borrowing Transaction
    ) throws -> Member {
        guard let member = try tx.member(id), member.email == link.email, member.hasPassword,
            try tx.passwordSetAt(id).map({ $0 <= link.createdAt }) ?? true
        else { throw SignInRefusal.expired }
        return member
    }

    /// A password that is set behind a link.
    package struct NewPassword: Sendable, Redacted {
        let password: String
        let token: String
        let purpose: OneTimeLink.Purpose
        /// For whom, where the link proves an address.
        let member: ID<Member>?

        package init(
            _ password: String, token: String, _ purpose: OneTimeLink.Purpose, for member: ID<Member>? = nil
        ) {
            self.password = password
            self.token = token
            self.purpose = purpose
            self.member = member
        }
    }

    /// Uses up an invitation or a reset: sets the password, ends all sessions of the member, and goes on to sign them in.
    /// A second factor is asked for as ever. The same form sent twice within half a minute is answered as the first time.
    ///
    /// - Throws: ``SignInRefusal``, or ``Refusal/invalid(_:)`` for a password that may not be set, which uses nothing up.
    package func setPassword(_ new: NewPassword, from browser: Browser) async throws -> SignInStep {
        guard new.purpose == .invitation || new.purpose == .passwordReset else { throw SignInRefusal.expired }
        let form = SentForm.password(new.password, token: new.token, member: new.member, from: browser)
        // Without a good link no slow hash is made (law 2), and none for a form that was taken before.
        let found = try await store.read { [steps, now] tx -> Found in
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return .begun(begun) }
            if try taken(new, by: form, at: now(), tx: tx) != nil { return .taken }
            return .open(try target(of: new, at: now(), tx: tx).member)
        }
        var digest: PasswordDigest?
        switch found {
        case .begun(let begun): return .done(begun)
        case .taken: break
        case .open(let member): digest = try await self.digest(of: new.password, for: member)
        }
        let (step, changed) = try await store.write { [steps, now, digest] tx -> (SignInStep, ID<Member>?) in
            let now = now()
            if let begun = try steps.begun(by: form, from: browser, tx: tx) { return (.done(begun), nil) }
            if let id = try taken(new, by: form, at: now, tx: tx), let member = try tx.member(id) {
                return (try steps.next(member, methods: [.link], by: form, from: browser, tx: tx), nil)
            }
            let target = try target(of: new, at: now, tx: tx)
            guard let digest, try use(target, by: form, at: now, tx: tx),
                try tx.setPassword(digest, of: target.member.id, at: target.member.email, now: now),
                try Self.note(target.effect, on: target.member, at: now, tx: tx),
                let member = try tx.member(target.member.id),
                let organization = try tx.organization(member.organization)
            else { throw SignInRefusal.expired }
            try tx.record(
                new.purpose == .invitation ? .memberJoined : .passwordChanged, target: member.id, in: organization.id,
                by: browser.actor(member, in: organization.path), at: now)
            tx.announce(.member(member.id))
            return (try steps.next(member, methods: [.link], by: form, from: browser, tx: tx), member.id)
        }
        if let changed, new.purpose == .passwordReset { letters.tell(changed, .passwordChanged) }
        return step
    }

    /// What a token opens now, and for whom.
    private struct Target: Sendable {
        enum Link: Sendable {
            case member(ID<OneTimeLink>)
            case address(ID<AddressLink>)
        }

        let link: Link
        let effect: OneTimeLink.AddressEffect
        let member: Member
    }

    /// Writes down what the use of a link says of its member's address.
    ///
    /// - Returns: True.
    private static func note(
        _ effect: OneTimeLink.AddressEffect, on member: Member, at now: Instant, tx: borrowing Transaction
    ) throws -> Bool {
        switch effect {
        // Proved before, and nobody else could come in since: what apps were given in between stays proved.
        case .proves: if member.emailProof == nil { try tx.setEmailProof(.link(now), of: member.id) }
        case .keeps: break
        case .voids: if member.emailProof != nil { try tx.setEmailProof(nil, of: member.id) }
        }
        return true
    }

    /// - Throws: ``SignInRefusal/expired``
    private func target(
        of new: NewPassword, at now: Instant, tx: borrowing Transaction
    ) throws -> Target {
        if new.purpose == .passwordReset, let id = new.member,
            let link = try tx.addressLink(links.digests(of: new.token), at: now)
        {
            return Target(link: .address(link.id), effect: .proves, member: try Self.member(id, of: link, tx: tx))
        }
        let link = try links.find(new.token, for: new.purpose, at: now, tx: tx)
        guard let member = try tx.member(link.member) else { throw SignInRefusal.expired }
        return Target(link: .member(link.id), effect: link.addressEffect, member: member)
    }

    private func use(
        _ target: Target, by form: SentForm?, at now: Instant, tx: borrowing Transaction
    ) throws -> Bool {
        let used = form?.digest(under: keyRing.keys.peppers.newest)
        return switch target.link {
        case .member(let id): try tx.use(id, by: used, at: now)
        case .address(let id): try tx.use(id, for: target.member.id, by: used, at: now)
        }
    }

    /// For whom the same form has used the link up within the last half minute, nil if it has not.
    private func taken(
        _ new: NewPassword, by form: SentForm?, at now: Instant, tx: borrowing Transaction
    ) throws -> ID<Member>? {
        guard let form else { return nil }
        let used = form.digest(under: keyRing.keys.peppers.newest)
        let since = now.adding(seconds: -SentForm.seconds)
        let digests = links.digests(of: new.token)
        if let link = try tx.oneTimeLink(digests, for: new.purpose, usedBy: used, since: since) { return link.member }
        guard new.purpose == .passwordReset else { return nil }
        return try tx.member(ofAddressLink: digests, usedBy: used, since: since)
    }

    private enum Found: Sendable {
        case begun(StartedSession)
        /// The same form has used the link up already.
        case taken
        case open(Member)
    }

    /// - Throws: ``Refusal/invalid(_:)`` for a password that may not be set, ``SignInRefusal/busy``.
    private func digest(of password: String, for member: Member) async throws -> PasswordDigest {
        let owner = PasswordPolicy.Owner(email: member.email.text, name: member.name, product: product.name)
        if let problem = PasswordPolicy.problem(with: password, of: owner) { throw Refusal.invalid([problem]) }
        do { return try await keeper.digest(of: password, for: member.email) } catch is PasswordHashingOverloaded {
            throw SignInRefusal.busy
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
            try errand.actor.requiresRights(roles.permissions(of: member))
            if errand.purpose == .invitation, member.hasPassword {
                throw Refusal.conflict(
                    code: "has_password",
                    explanation: "The \(product.words[.member].singular) has a password already. Reset it instead.")
            }
            let now = now()
            let link = OneTimeLink(
                id: ID(at: now.milliseconds), purpose: errand.purpose, member: member.id, createdAt: now,
                createdBy: errand.actor.label,
                // Until the mail is on its way: it may yet be shown to whoever made it.
                addressEffect: errand.actor.isOperator(holding: .accountsManage) ? .keeps : .voids)
            let url = try links.insert(link, keeping: 0, tx: tx)
            try tx.record(
                errand.purpose == .invitation ? .memberInvited : .passwordResetRequested, target: member.id,
                in: organization.id, details: ["link": link.id.description], by: errand.actor, at: now)
            return MadeLink(
                link: link, url: url, letter: Self.letter(link.purpose, url, member, organization.name, product.name))
        }
        // A mail that cannot be sent is no reason to lose the link.
        let isMailed = try await outbox?.send(made.letter) ?? false
        if isMailed { try await store.write { tx in try tx.noteMailed(made.link.id) } }
        return SentLink(link: made.link, url: isMailed ? nil : made.url)
    }

    private struct MadeLink: Sendable {
        let link: OneTimeLink
        let url: String
        let letter: Letter
    }

    private static func letter(
        _ purpose: OneTimeLink.Purpose, _ url: String, _ member: Member, _ organization: String, _ product: String
    ) -> Letter {
        let words =
            purpose == .invitation
            ? (
                subject: "You’re invited to \(organization)",
                what: "You’re invited to join \(organization) on \(product). Set your password to get started:",
                time: "7 days"
            )
            : (
                subject: "Set a new password",
                what: "Set a new password for \(organization) on \(product):", time: "1 hour"
            )
        return Letter(
            to: member.email, subject: "\(product): \(words.subject)",
            body: """
                Hello \(member.name),

                \(words.what)

                \(url)

                The link works once and for \(words.time). If you weren’t expecting this e-mail, you can ignore it.

                """)
    }

    /// To whoever belongs to several organizations.
    private static func letter(_ url: String, to email: EmailAddress, _ product: Product) -> Letter {
        Letter(
            to: email, subject: "\(product.name): Set a new password",
            body: """
                Hello,

                Set a new password on \(product.name). You’ll choose for which of your \(product.words[.organization].plural):

                \(url)

                The link works once and for 1 hour. If you weren’t expecting this e-mail, you can ignore it.

                """)
    }
}
