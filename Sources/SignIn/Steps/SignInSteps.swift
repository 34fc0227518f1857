import CredentialFormat
import Events
import Model
import Organizations
import Persistence
import ProductDefinition
import Tokens

/// What follows once somebody has shown a password or a link: perhaps a choice, perhaps a code, then a session.
struct SignInSteps: Sendable {
    let sessions: SessionService
    let keyRing: KeyRing
    let now: @Sendable () -> Instant

    /// The next step of somebody who has shown a password that is right for an address.
    ///
    /// - Throws: ``SignInRefusal/suspended`` where none of its members can be let in.
    func next(_ proof: SignInTicket.Proof, from browser: Browser, tx: borrowing Transaction) throws -> SignInStep {
        let list = try OrganizationList(of: proof.email, by: proof.addressed, OrganizationListPart(), tx: tx)
        guard let first = list.choices.first else { throw SignInRefusal.suspended }
        guard list.choices.count == 1 else {
            let ticket = SignInTicket(step: .chooseOrganization(proof), methods: [.password])
            return .chooseOrganization(list, ticket: try ticket.sealed(for: browser, under: keyRing.keys, at: now()))
        }
        guard let member = try tx.member(first.member) else { throw SignInRefusal.wrong }
        return try next(member, methods: [.password], from: browser, tx: tx)
    }

    /// The next step of somebody who has proved to be a member.
    ///
    /// - Parameter form: What was sent to show it, where one that is sent twice is to let in once.
    /// - Throws: ``SignInRefusal/suspended``.
    func next(
        _ member: Member, methods: [SignInMethod], by form: SentForm? = nil, from browser: Browser,
        tx: borrowing Transaction
    ) throws -> SignInStep {
        guard let standing = try tx.standing(of: member.organization), !standing.isSuspended else {
            throw SignInRefusal.suspended
        }
        guard try tx.secondFactor(of: member.id) != nil else {
            return .done(try start(member, methods: methods, by: form, from: browser, tx: tx))
        }
        let candidate = SignInTicket.Candidate(member: member.id, revision: member.revision)
        let ticket = SignInTicket(step: .secondFactor(candidate), methods: methods)
        return .secondFactor(ticket: try ticket.sealed(for: browser, under: keyRing.keys, at: now()))
    }

    /// Lets a member in.
    func start(
        _ member: Member, methods: [SignInMethod], by form: SentForm?, from browser: Browser,
        tx: borrowing Transaction
    ) throws -> StartedSession {
        guard let organization = try tx.organization(member.organization) else { throw SignInRefusal.expired }
        let devices = DeviceCookie(peppers: keyRing.keys.peppers)
        let password = try tx.passwordDigest(of: member.id)
        let measures = Self.measures(member.id, password, browser, devices, at: now())
        try SignInThrottle(peppers: keyRing.keys.peppers)
            .forgive(measures.filter { $0 != .address(browser.address) }, isLetIn: true, tx: tx)
        let (session, cookie) = try sessions.start(
            member, in: organization.path, methods: methods, by: form, from: browser, tx: tx)
        return StartedSession(
            session: session, cookie: cookie,
            deviceCookie: devices.adding(member.id, password, to: browser.deviceCookie, at: now()),
            isFromNewNetwork: try sessions.noteNetwork(of: member, from: browser, tx: tx))
    }

    /// The session that the same form has just begun or renewed, so that a second one is answered as the first was.
    func begun(by form: SentForm?, from browser: Browser, tx: borrowing Transaction) throws -> StartedSession? {
        guard let (session, cookie) = try sessions.begun(by: form, tx: tx) else { return nil }
        guard !session.isHandedOver else { return StartedSession(session: session, cookie: cookie, deviceCookie: nil) }
        let password = try tx.passwordDigest(of: session.member)
        let devices = DeviceCookie(peppers: keyRing.keys.peppers)
        return StartedSession(
            session: session, cookie: cookie,
            deviceCookie: devices.adding(session.member, password, to: browser.deviceCookie, at: now()))
    }

    /// The member of a ticket, if they are still as they were.
    ///
    /// - Throws: ``SignInRefusal/expired``.
    func member(_ candidate: SignInTicket.Candidate, tx: borrowing Transaction) throws -> Member {
        guard let member = try tx.member(candidate.member), member.revision == candidate.revision else {
            throw SignInRefusal.expired
        }
        return member
    }

    /// By what the attempts of somebody are counted who wants to be that member: those from the member's own browser by
    /// that alone, so that no stranger's can stand in their way.
    static func measures(
        _ member: ID<Member>, _ password: PasswordDigest?, _ browser: Browser, _ devices: DeviceCookie, at now: Instant
    ) -> Set<SignInMeasure> {
        if let device = devices.device(member, password, in: browser.deviceCookie, at: now) {
            return [.device(member, device)]
        }
        return [.member(member), .address(browser.address)]
    }
}
