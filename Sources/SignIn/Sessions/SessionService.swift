package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
package import ProductDefinition
package import Tokens

/// The sessions of members who are signed in.
///
/// The store has a keyed digest of each session's secret, so neither it nor a copy of it can be used to be somebody
/// (law 1). A session ends when it was not used for long, at its absolute limit, and with its member; roles and the
/// account's standing are read anew for each request.
package struct SessionService: Sendable {
    /// The most sessions of a member. A further one ends the oldest.
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

    /// One's own sessions, newest first.
    package func list(of signedIn: SignedIn, tx: borrowing Transaction) throws -> [MemberSession] {
        let now = now()
        return try tx.memberSessions(of: signedIn.member.id, limit: Self.maximumPerMember).filter {
            isLive($0, at: now)
        }
    }

    /// Ends one of one's own sessions.
    ///
    /// - Throws: ``Refusal/notFound``.
    package func end(
        _ id: ID<MemberSession>, of signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction
    ) throws {
        guard try tx.delete(id, of: signedIn.member.id) else { throw Refusal.notFound }
        try tx.record(.sessionEnded, target: id, in: signedIn.organization.id, by: actor, at: now())
    }

    /// Ends this session. Nothing is wrong with one that has ended already.
    package func signOut(_ signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction) throws {
        guard try tx.delete(signedIn.session.id, of: signedIn.member.id) else { return }
        try tx.record(.sessionEnded, target: signedIn.session.id, in: signedIn.organization.id, by: actor, at: now())
    }

    /// Ends all of one's own sessions but this one, and says how many there were.
    @discardableResult
    package func endOthers(of signedIn: SignedIn, as actor: Actor, tx: borrowing Transaction) throws -> Int {
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
    ///   - cap: The most that it may do, nil for all that the member may.
    ///   - authenticatedAt: When the member proved who they are, nil for now.
    func start(
        _ member: Member, in path: OrganizationPath, methods: [SignInMethod], cap: Set<Permission>? = nil,
        returnURL: String? = nil, authenticatedAt: Instant? = nil, from browser: Browser, tx: borrowing Transaction
    ) throws -> (session: MemberSession, cookie: String) {
        let now = now()
        if let old = try tx.memberSession(digests(of: browser.sessionCookie)) {
            _ = try tx.delete(old.id, of: old.member)
        }
        try tx.deleteOldestSessions(of: member.id, keeping: Self.maximumPerMember - 1)
        let session = MemberSession(
            id: ID(at: now.milliseconds), member: member.id, methods: methods, permissions: cap, returnURL: returnURL,
            address: browser.address, userAgent: browser.userAgent.map(Self.shortened), createdAt: now,
            authenticatedAt: authenticatedAt ?? now, seenAt: now, expiresAt: end(from: now, seenAt: now))
        let secret = MintedSecret(.session, brand: brand)
        try tx.insert(session, digest: secret.digest(under: keyRing.keys.peppers))
        try tx.record(
            .sessionStarted, target: session.id, in: member.organization,
            details: ["methods": methods.map(\.rawValue).joined(separator: " ")],
            by: browser.actor(member, in: path), at: now)
        return (session, secret.reveal())
    }

    /// Gives a session another secret, because its member has just proved again who they are or because it may do more
    /// now (threat C6). Its absolute limit stays.
    ///
    /// - Parameters:
    ///   - cookie: The secret that it has.
    ///   - methods: How the member proved who they are just now, nil for not at all.
    /// - Returns: Nil where it has ended, or has another secret by now.
    func renew(
        _ session: MemberSession, from cookie: String?, methods: [SignInMethod]?, tx: borrowing Transaction
    ) throws -> (session: MemberSession, cookie: String)? {
        let now = now()
        let renewed = MemberSession(
            id: session.id, member: session.member, methods: methods ?? session.methods,
            permissions: session.permissions, returnURL: session.returnURL, address: session.address,
            userAgent: session.userAgent, createdAt: session.createdAt,
            authenticatedAt: methods == nil ? session.authenticatedAt : now, seenAt: now,
            expiresAt: end(from: session.createdAt, seenAt: now))
        let secret = MintedSecret(.session, brand: brand)
        let digest = secret.digest(under: keyRing.keys.peppers)
        guard try tx.renew(renewed, from: digests(of: cookie), to: digest) else { return nil }
        return (renewed, secret.reveal())
    }

    private func signedIn(_ digests: [SecretDigest], at now: Instant, tx: borrowing Transaction) throws -> SignedIn? {
        guard let session = try tx.memberSession(digests), isLive(session, at: now),
            let member = try tx.member(session.member), let organization = try tx.organization(member.organization),
            let standing = try tx.standing(of: organization.id), !standing.isSuspended
        else { return nil }
        let isOperator = standing.isOperator && organization.parent == nil
        var permissions = roles.permissions(of: member.roles).filter { isOperator || !$0.isForOperator }
        if let cap = session.permissions { permissions.formIntersection(cap) }
        return SignedIn(
            session: session, member: member, organization: organization, isOperator: isOperator,
            hasSecondFactor: try tx.secondFactor(of: member.id)?.confirmedAt != nil, permissions: permissions)
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
