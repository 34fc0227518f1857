package import CredentialFormat
package import Model
import Policy

private let columns: StaticString = """
    l.id, l.purpose, l.member_id, l.permissions, l.scopes, l.return_url, l.created_at, l.created_by,
    l.expires_at, l.address_effect, l.new_email, l.new_password
    """

extension Transaction {
    /// The link whose secret has one of these digests, unless it was used or is over at `now`.
    package borrowing func oneTimeLink(
        _ digests: [SecretDigest], for purpose: OneTimeLink.Purpose, at now: Instant
    ) throws -> OneTimeLink? {
        guard !digests.isEmpty else { return nil }
        return try first(
            """
            SELECT \(fixed: columns) FROM one_time_link l WHERE l.digest IN (\(list: digests.map(\.bytes)))
            AND l.purpose = \(purpose.rawValue) AND l.used_at IS NULL AND l.expires_at > \(now)
            """, OneTimeLink.init(row:))
    }

    /// The link whose secret has one of these digests, used or over or not: for what may be said of it, never to let
    /// anybody in.
    package borrowing func oneTimeLinkOfAnyTime(
        _ digests: [SecretDigest], for purpose: OneTimeLink.Purpose
    ) throws -> OneTimeLink? {
        guard !digests.isEmpty else { return nil }
        return try first(
            """
            SELECT \(fixed: columns) FROM one_time_link l WHERE l.digest IN (\(list: digests.map(\.bytes)))
            AND l.purpose = \(purpose.rawValue)
            """, OneTimeLink.init(row:))
    }

    /// A link of that purpose, used or over or not.
    package borrowing func oneTimeLink(_ id: ID<OneTimeLink>, for purpose: OneTimeLink.Purpose) throws -> OneTimeLink? {
        try first(
            "SELECT \(fixed: columns) FROM one_time_link l WHERE l.id = \(id) AND l.purpose = \(purpose.rawValue)",
            OneTimeLink.init(row:))
    }

    /// How many links of a purpose a member has that were neither used nor are over.
    package borrowing func openLinkCount(
        of member: ID<Member>, for purpose: OneTimeLink.Purpose, at now: Instant
    ) throws -> Int {
        try first(
            """
            SELECT count(*) FROM one_time_link WHERE member_id = \(member) AND purpose = \(purpose.rawValue)
            AND used_at IS NULL AND expires_at > \(now)
            """
        ) { try $0.count(0) } ?? 0
    }

    /// Adds a link.
    package borrowing func insert(_ link: OneTimeLink, digest: SecretDigest) throws {
        try perform(
            """
            INSERT INTO one_time_link (id, digest, pepper, purpose, member_id, permissions, scopes, return_url,
            created_at, created_by, expires_at, address_effect, new_email, new_password)
            VALUES (\(link.id), \(digest.bytes), \(digest.pepperVersion), \(link.purpose.rawValue), \(link.member),
            \((link.permissions?.storedText).stored), \((link.scopes?.text).stored), \(link.returnURL.stored),
            \(link.createdAt), \(link.createdBy), \(link.expiresAt), \(link.addressEffect.rawValue),
            \((link.newAddress?.email.text).stored), \((link.newAddress?.password.encoded).stored))
            """)
    }

    /// Notes that a link went out by mail and was shown to nobody.
    package borrowing func noteMailed(_ link: ID<OneTimeLink>) throws {
        try perform(
            """
            UPDATE one_time_link SET address_effect = \(OneTimeLink.AddressEffect.proves.rawValue) WHERE id = \(link)
            """)
    }

    /// Uses a link up: of many who try, one is told that it did (threat P11). Whether it is over by now, whoever found it
    /// has looked at.
    ///
    /// - Parameter form: What used it, so that the same sent twice can be told.
    package borrowing func use(_ link: ID<OneTimeLink>, by form: [UInt8]? = nil, at now: Instant) throws -> Bool {
        try execute(
            """
            UPDATE one_time_link SET used_at = \(now), used_by = \(form.stored)
            WHERE id = \(link) AND used_at IS NULL
            """) == 1
    }

    /// The link of a purpose that a form has used up since `time`, if its secret has one of these digests.
    package borrowing func oneTimeLink(
        _ digests: [SecretDigest], for purpose: OneTimeLink.Purpose, usedBy form: [UInt8], since time: Instant
    ) throws -> OneTimeLink? {
        guard !digests.isEmpty else { return nil }
        return try first(
            """
            SELECT \(fixed: columns) FROM one_time_link l WHERE l.digest IN (\(list: digests.map(\.bytes)))
            AND l.purpose = \(purpose.rawValue) AND l.used_by = \(form) AND l.used_at >= \(time)
            """, OneTimeLink.init(row:))
    }

    /// Ends the links of a purpose that a member has not used.
    package borrowing func deleteOpenLinks(of member: ID<Member>, for purpose: OneTimeLink.Purpose) throws {
        try perform(
            """
            DELETE FROM one_time_link WHERE member_id = \(member) AND purpose = \(purpose.rawValue) AND used_at IS NULL
            """)
    }

    /// Ends those that were made until `time`.
    ///
    /// - Returns: How many there were.
    package borrowing func deleteOpenLinks(
        of member: ID<Member>, for purpose: OneTimeLink.Purpose, madeUntil time: Instant
    ) throws -> Int {
        try execute(
            """
            DELETE FROM one_time_link WHERE member_id = \(member) AND purpose = \(purpose.rawValue) AND used_at IS NULL
            AND created_at <= \(time)
            """)
    }

    /// Ends the oldest unused links of a purpose, so that `kept` remain.
    package borrowing func deleteOldestLinks(
        of member: ID<Member>, for purpose: OneTimeLink.Purpose, keeping kept: Int
    ) throws {
        try perform(
            """
            DELETE FROM one_time_link WHERE member_id = \(member) AND purpose = \(purpose.rawValue) AND used_at IS NULL
            AND id NOT IN (SELECT id FROM one_time_link WHERE member_id = \(member) AND purpose = \(purpose.rawValue)
            AND used_at IS NULL ORDER BY id DESC LIMIT \(kept))
            """)
    }

    /// Removes at most `limit` links that ended before `time`, used or not, and says how many.
    package borrowing func sweepOneTimeLinks(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM one_time_link WHERE id IN
            (SELECT id FROM one_time_link WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}

extension OneTimeLink {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), purpose: try row.parsed(1, Purpose.init(rawValue:)), member: try row.id(2),
            permissions: try row.permissions(3), scopes: try row.optionalScopes(4),
            returnURL: try row.optionalText(5), createdAt: try row.instant(6), createdBy: try row.text(7),
            expiresAt: try row.instant(8),
            addressEffect: try row.optionalText(9).flatMap(AddressEffect.init(rawValue:)) ?? .voids,
            newAddress: try NewAddress(row: row))
    }
}

extension OneTimeLink.NewAddress {
    fileprivate init?(row: StoredRow) throws(StoreError) {
        guard let password = try row.optionalText(11) else { return nil }
        self.init(
            email: try row.parsed(10) { EmailAddress($0) }, password: PasswordDigest(encoded: password))
    }
}
