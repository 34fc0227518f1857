package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
import Policy
package import ProductDefinition
package import Tokens

/// The sessions of members who are signed in.
///
/// The store has a keyed digest of each session's secret, so neither it nor a copy of it can be used to be somebody
/// (law 1). A session ends when it was not used for long, at its absolute limit, and with its member; roles and the
/// account's standing are read anew for each request.
package struct SessionService: Sendable {
    /// The most sessions of a member, of those that were handed over and of the others each. A further one ends the
    /// oldest.
    package static let maximumPerMember = 50
    /// How often at most the use of a session is written down, in seconds.
    private static let touchSeconds = 60

    let store: any Store
    private let keyRing: KeyRing
    private let brand: Brand
    private let policy: ProductPolicy
    let roles: RoleService
    let now: @Sendable () -> Instant

    package init(store: any Store, keyRing: KeyRing, product: Product, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.keyRing = keyRing
        brand = product.brand
        policy = product.policy
        roles = RoleService(product: product)
        self.now = now
    }

    /// Who is signed in with a cookie, nil for nobody: it is unknown, its session is over, or its account suspended.
    package func signedIn(by cookie: String?) async throws -> SignedIn? {
        let digests = digests(of: cookie)
        guard !digests.isEmpty else { return nil }
        let now = now()
        let found = try await store.read { tx in try signedIn(digests, at: now, tx: tx) }
        guard let found else { return nil }
        if now.seconds(since: found.session.seenAt) >= Self.touchSeconds {
            let id = found.session.id
            let end = end(from: found.session.createdAt, seenAt: now)
            try await store.write { tx in try tx.touch(id, seenAt: now, expiresAt: end) }
        }
        return found
    }

    /// One's own sessions, newest first. A session that was handed over lists itself only: the backend that made it may lack the
    /// right to see the others (law 11).
    package func list(of signedIn: SignedIn, tx: borrowing Transaction) throws -> [MemberSession] {
        guard !signedIn.session.isHandedOver else { return [signedIn.session] }
        let now = now()
        return try tx.memberSessions(of: signedIn.member.id, limit: 2 * Self.maximumPerMember).filter {
            isLive($0, at: now)
        }
    }

    /// Ends one of one's own sessions.
    ///
    /// - Throws: ``Refusal/notFound``, also for another one where this one was handed over.
    package func end(
        _ id: ID<MemberSession>, of signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction
    ) throws {
        guard !signedIn.session.isHandedOver || id == signedIn.session.id else { throw Refusal.notFound }
        guard try tx.delete(id, of: signedIn.member.id) else { throw Refusal.notFound }
        try tx.record(.sessionEnded, target: id, in: signedIn.organization.id, by: actor, at: now())
    }

    /// Ends this session. Nothing is wrong with one that has ended already.
    package func signOut(_ signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction) throws {
        guard try tx.delete(signedIn.session.id, of: signedIn.member.id) else { return }
        try tx.record(.sessionEnded, target: signedIn.session.id, in: signedIn.organization.id, by: actor, at: now())
    }

    /// Ends all of one's own sessions but this one, and says how many there were.
    ///
    /// - Throws: ``SignInRefusal/unavailable`` where this one was handed over.
    @discardableResult
    package func endOthers(of signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction) throws -> Int {
        guard !signedIn.session.isHandedOver else { throw SignInRefusal.unavailable }
        let count = try tx.deleteSessions(of: signedIn.member.id, but: signedIn.session.id)
        if count > 0 {
            try tx.record(
                .sessionEnded, target: signedIn.member.id, in: signedIn.organization.id,
                details: ["sessions": "\(count)"], by: actor, at: now())
        }
        return count
    }

    /// Begins a session under a fresh secret, and ends the one that the browser had.
    ///
    /// - Parameters:
    ///   - form: What begins it, so that it begins one session if it is sent twice.
    ///   - bound: The link that carries it over, nil for a sign-in of one's own, which may do all that the member may.
    func start(
        _ member: Member, in path: OrganizationPath, methods: [SignInMethod], by form: SentForm?,
        within bound: OneTimeLink? = nil, from browser: Browser, tx: borrowing Transaction
    ) throws -> (session: MemberSession, cookie: String) {
        let now = now()
        if let old = try tx.memberSession(digests(of: browser.sessionCookie)) {
            _ = try tx.delete(old.id, of: old.member)
        }
        try tx.deleteOldestSessions(
            of: member.id, handedOver: bound != nil, keeping: Self.maximumPerMember - 1)
        // What has no bound of its own gives nothing (law 3).
        let session = MemberSession(
            id: ID(at: now.milliseconds), member: member.id, methods: methods,
            permissions: bound.map { $0.permissions ?? [] }, scopes: bound.map { $0.scopes ?? .empty },
            returnURL: bound?.returnURL, address: browser.address, userAgent: browser.userAgent.map(Self.shortened),
            createdAt: now, authenticatedAt: now, seenAt: now, expiresAt: end(from: now, seenAt: now))
        let secret = secret(for: form)
        try tx.insert(session, digest: secret.digest(under: keyRing.keys.peppers))
        try tx.record(
            .sessionStarted, target: session.id, in: member.organization,
            details: ["methods": methods.map(\.rawValue).joined(separator: " ")],
            by: browser.actor(member, in: path), at: now)
        return (session, secret.reveal())
    }

    /// Notes from where a member signs in.
    ///
    /// - Returns: Whether they have signed in before, and never from there. Where the address is not known nothing is said.
    func noteNetwork(of member: Member, from browser: Browser, tx: borrowing Transaction) throws -> Bool {
        guard let network = SignInNetwork(browser.address) else { return false }
        let isFirst = try tx.networkCount(of: member.id) == 0
        let isKnown = try tx.note(
            network: network.digest(of: member.id, under: keyRing.keys.peppers), of: member.id, at: now(),
            keeping: SignInNetwork.maximumKnown)
        return !isKnown && !isFirst
    }

    /// The session that a form began or renewed within the last half minute, and its cookie.
    func begun(by form: SentForm?, tx: borrowing Transaction) throws -> (session: MemberSession, cookie: String)? {
        guard let form else { return nil }
        let secret = form.sessionSecret(brand, under: keyRing.keys.peppers.newest)
        let now = now()
        guard let session = try tx.memberSession([secret.digest(under: keyRing.keys.peppers)]),
            isLive(session, at: now),
            // As far ahead as back, where a clock was set back.
            (-SentForm.seconds...SentForm.seconds).contains(now.seconds(since: session.secretAt))
        else { return nil }
        return (session, secret.reveal())
    }

    /// Whether a session has the secret of that cookie now.
    func has(_ session: MemberSession, _ cookie: String?, tx: borrowing Transaction) throws -> Bool {
        try tx.memberSession(digests(of: cookie))?.id == session.id
    }

    /// Puts a session back that ended with all others of its member, under another secret. It ends when it would have.
    func keep(
        _ session: MemberSession, by form: SentForm?, tx: borrowing Transaction
    ) throws -> (session: MemberSession, cookie: String) {
        let kept = renewed(session, methods: nil)
        let secret = secret(for: form)
        try tx.insert(kept, digest: secret.digest(under: keyRing.keys.peppers))
        return (kept, secret.reveal())
    }

    /// Gives a session another secret, because its member has just proved again who they are or because it may do more
    /// now (threat C6). Its absolute limit stays.
    ///
    /// - Parameters:
    ///   - cookie: The secret that it has.
    ///   - methods: How the member proved who they are just now, nil for not at all.
    ///   - form: What renews it, so that it is renewed once if it is sent twice.
    /// - Returns: Nil where it has ended, or has another secret by now.
    func renew(
        _ session: MemberSession, from cookie: String?, methods: [SignInMethod]?, by form: SentForm?,
        tx: borrowing Transaction
    ) throws -> (session: MemberSession, cookie: String)? {
        let renewed = renewed(session, methods: methods)
        let secret = secret(for: form)
        let digest = secret.digest(under: keyRing.keys.peppers)
        guard try tx.renew(renewed, from: digests(of: cookie), to: digest) else { return nil }
        return (renewed, secret.reveal())
    }

    private func renewed(_ session: MemberSession, methods: [SignInMethod]?) -> MemberSession {
        let now = now()
        var renewed = session
        if let methods { (renewed.methods, renewed.authenticatedAt) = (methods, now) }
        (renewed.secretAt, renewed.seenAt) = (now, now)
        renewed.expiresAt = end(from: session.createdAt, seenAt: now)
        return renewed
    }

    private func secret(for form: SentForm?) -> MintedSecret {
        guard let form else { return MintedSecret(.session, brand: brand) }
        return form.sessionSecret(brand, under: keyRing.keys.peppers.newest)
    }

    private func signedIn(_ digests: [SecretDigest], at now: Instant, tx: borrowing Transaction) throws -> SignedIn? {
        guard let found = try tx.memberInSession(digests), isLive(found.session, at: now), !found.standing.isSuspended
        else { return nil }
        let isOperator = found.standing.isOperator && found.organization.parent == nil
        var permissions = roles.permissions(of: found.member).filter { isOperator || !$0.isForOperator }
        if let cap = found.session.permissions { permissions.formIntersection(cap) }
        return SignedIn(
            session: found.session, member: found.member, organization: found.organization, isOperator: isOperator,
            hasSecondFactor: found.hasSecondFactor, permissions: permissions)
    }

    private func digests(of cookie: String?) -> [SecretDigest] {
        cookie.map { keyRing.keys.peppers.digests(of: $0, .session, brand: brand) } ?? []
    }

    /// By the limits of today, which may be tighter than those of when it began.
    func isLive(_ session: MemberSession, at now: Instant) -> Bool {
        now < session.expiresAt && now < end(from: session.createdAt, seenAt: session.seenAt)
    }

    private func end(from createdAt: Instant, seenAt: Instant) -> Instant {
        min(
            seenAt.adding(seconds: policy.sessionIdleSeconds),
            createdAt.adding(seconds: policy.sessionMaximumSeconds))
    }

    /// Visible ASCII alone, and not too much of it.
    private static func shortened(_ userAgent: String) -> String {
        let bytes = userAgent.utf8.prefix(MemberSession.maximumUserAgent).filter { (0x20...0x7E).contains($0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
