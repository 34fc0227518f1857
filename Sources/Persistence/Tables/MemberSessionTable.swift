package import CredentialFormat
package import Model
import Policy

private let columns: StaticString = """
    s.id, s.member_id, s.methods, s.permissions, s.scopes, s.return_url, s.address, s.user_agent, s.created_at,
    s.secret_at, s.authenticated_at, s.seen_at, s.expires_at
    """

extension Transaction {
    /// The session whose secret has one of these digests, over or not.
    package borrowing func memberSession(_ digests: [SecretDigest]) throws -> MemberSession? {
        guard !digests.isEmpty else { return nil }
        return try first(
            "SELECT \(fixed: columns) FROM member_session s WHERE s.digest IN (\(list: digests.map(\.bytes)))",
            MemberSession.init(row:))
    }

    /// The session whose secret has one of these digests, over or not, with its member and what holds for them. In one
    /// statement, because every page asks.
    package borrowing func memberInSession(_ digests: [SecretDigest]) throws -> StoredSession? {
        guard !digests.isEmpty else { return nil }
        return try first(
            """
            SELECT \(fixed: columns), \(fixed: memberColumns), \(fixed: organizationColumns), a.suspended_at, a.is_operator,
            a.plan, EXISTS (SELECT 1 FROM second_factor f WHERE f.member_id = m.id)
            FROM member_session s JOIN member m ON m.id = s.member_id JOIN organization o ON o.id = m.organization_id
            JOIN account a ON a.organization_id = o.account_id WHERE s.digest IN (\(list: digests.map(\.bytes)))
            """
        ) { row in
            let organization = try Organization(row: row, from: 24)
            return StoredSession(
                session: try MemberSession(row: row), member: try Member(row: row, from: 13),
                organization: organization,
                standing: try StoredStanding(of: organization, row: row, from: 29), hasSecondFactor: try row.bool(32))
        }
    }

    /// The sessions of a member, newest first, over or not.
    package borrowing func memberSessions(of member: ID<Member>, limit: Int) throws -> [MemberSession] {
        try all(
            """
            SELECT \(fixed: columns) FROM member_session s WHERE s.member_id = \(member)
            ORDER BY s.id DESC LIMIT \(limit)
            """, MemberSession.init(row:))
    }

    /// Adds a session.
    package borrowing func insert(_ session: MemberSession, digest: SecretDigest) throws {
        try perform(
            """
            INSERT INTO member_session (id, digest, pepper, member_id, methods, permissions, scopes, return_url, address,
            user_agent, created_at, secret_at, authenticated_at, seen_at, expires_at)
            VALUES (\(session.id), \(digest.bytes), \(digest.pepperVersion), \(session.member),
            \(session.methods.storedText), \((session.permissions?.storedText).stored), \((session.scopes?.text).stored),
            \(session.returnURL.stored), \((session.address?.description).stored), \(session.userAgent.stored),
            \(session.createdAt), \(session.secretAt), \(session.authenticatedAt), \(session.seenAt), \(session.expiresAt))
            """)
    }

    /// Gives a session another secret and says how its member proved who they are, unless it is over or somebody else
    /// did so first.
    ///
    /// - Parameter old: The digests that its secret may have.
    /// - Returns: Whether it was done.
    package borrowing func renew(
        _ session: MemberSession, from old: [SecretDigest], to digest: SecretDigest
    ) throws -> Bool {
        guard !old.isEmpty else { return false }
        return try execute(
            """
            UPDATE member_session SET digest = \(digest.bytes), pepper = \(digest.pepperVersion),
            methods = \(session.methods.storedText), secret_at = \(session.secretAt),
            authenticated_at = \(session.authenticatedAt), seen_at = \(session.seenAt), expires_at = \(session.expiresAt)
            WHERE id = \(session.id) AND digest IN (\(list: old.map(\.bytes)))
            """) == 1
    }

    /// Notes that a session was used, unless a later use is known.
    package borrowing func touch(_ id: ID<MemberSession>, seenAt: Instant, expiresAt: Instant) throws {
        try perform(
            """
            UPDATE member_session SET seen_at = \(seenAt), expires_at = \(expiresAt)
            WHERE id = \(id) AND seen_at < \(seenAt)
            """)
    }

    /// Ends a session of a member, and says whether there was one.
    package borrowing func delete(_ id: ID<MemberSession>, of member: ID<Member>) throws -> Bool {
        try execute("DELETE FROM member_session WHERE id = \(id) AND member_id = \(member)") > 0
    }

    /// Ends all sessions of a member, or all but one, and says how many there were.
    package borrowing func deleteSessions(of member: ID<Member>, but kept: ID<MemberSession>? = nil) throws -> Int {
        try execute("DELETE FROM member_session WHERE member_id = \(member) AND id <> \(place(after: kept))")
    }

    /// Ends the oldest sessions of a member, so that `kept` remain: of those that were handed over, or of the others.
    /// Whoever may carry sessions over must not push the member's own out.
    package borrowing func deleteOldestSessions(
        of member: ID<Member>, handedOver isHandedOver: Bool, keeping kept: Int
    ) throws {
        let kind: StaticString = isHandedOver ? "permissions IS NOT NULL" : "permissions IS NULL"
        try perform(
            """
            DELETE FROM member_session WHERE member_id = \(member) AND \(fixed: kind) AND id NOT IN
            (SELECT id FROM member_session WHERE member_id = \(member) AND \(fixed: kind)
            ORDER BY id DESC LIMIT \(kept))
            """)
    }

    /// Removes at most `limit` sessions that ended before `time`, and says how many.
    package borrowing func sweepMemberSessions(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM member_session WHERE id IN
            (SELECT id FROM member_session WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}

extension MemberSession {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), member: try row.id(1), methods: try row.methods(2),
            permissions: try row.permissions(3), scopes: try row.optionalScopes(4),
            returnURL: try row.optionalText(5), address: row.isNull(6) ? nil : try row.address(6),
            userAgent: try row.optionalText(7), createdAt: try row.instant(8), secretAt: try row.instant(9),
            authenticatedAt: try row.instant(10), seenAt: try row.instant(11), expiresAt: try row.instant(12))
    }
}

/// A session with the member whose it is, and what holds for them.
package struct StoredSession: Sendable {
    package let session: MemberSession
    package let member: Member
    package let organization: Organization
    package let standing: StoredStanding
    package let hasSecondFactor: Bool
}
