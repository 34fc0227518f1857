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

    /// The next step of somebody who has proved to be all of these members.
    ///
    /// - Parameter form: What was sent to show it, where one that is sent twice is to let in once.
    /// - Throws: ``SignInRefusal/suspended`` where none of them can be let in.
    func next(
        _ members: [Member], methods: [SignInMethod], by form: SentForm? = nil, from browser: Browser,
        tx: borrowing Transaction
    ) throws -> SignInStep {
        let admitted = try members.filter { member in
            guard let standing = try tx.standing(of: member.organization) else { return false }
            return !standing.isSuspended
        }
        guard let first = admitted.first else { throw SignInRefusal.suspended }
        if admitted.count > 1 {
            let ticket = try ticket(.chooseOrganization, admitted, methods, browser)
            return .chooseOrganization(try admitted.compactMap { try choice($0, tx: tx) }, ticket: ticket)
        }
        if try tx.secondFactor(of: first.id) != nil {
            return .secondFactor(ticket: try ticket(.secondFactor, [first], methods, browser))
        }
        return .done(try start(first, methods: methods, by: form, from: browser, tx: tx))
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
            deviceCookie: devices.adding(member.id, password, to: browser.deviceCookie, at: now()))
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

    /// The members of a ticket who are still as they were.
    ///
    /// - Throws: ``SignInRefusal/expired`` where there is none.
    func members(of ticket: SignInTicket, tx: borrowing Transaction) throws -> [Member] {
        let members = try ticket.candidates.compactMap { candidate in
            try tx.member(candidate.member).flatMap { $0.revision == candidate.revision ? $0 : nil }
        }
        guard !members.isEmpty else { throw SignInRefusal.expired }
        return members
    }

    func choice(_ member: Member, tx: borrowing Transaction) throws -> OrganizationChoice? {
        guard let organization = try tx.organization(member.organization),
            let account = try tx.organization(organization.account)
        else { return nil }
        return OrganizationChoice(
            member: member.id, memberName: member.name, organizationName: organization.name, account: account.name)
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

    private func ticket(
        _ step: SignInTicket.Step, _ members: [Member], _ methods: [SignInMethod], _ browser: Browser
    ) throws -> String {
        let candidates = members.map { SignInTicket.Candidate(member: $0.id, revision: $0.revision) }
        return try SignInTicket(step: step, candidates: candidates, methods: methods)
            .sealed(for: browser, under: keyRing.keys, at: now())
    }
}
