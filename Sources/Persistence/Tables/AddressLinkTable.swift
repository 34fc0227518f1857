package import CredentialFormat
package import Model

extension Transaction {
    /// The link whose secret has one of these digests, unless it was used or is over at `now`.
    package borrowing func addressLink(_ digests: [SecretDigest], at now: Instant) throws -> AddressLink? {
        guard !digests.isEmpty else { return nil }
        return try first(
            """
            SELECT l.id, l.email, l.created_at, l.expires_at FROM address_link l
            WHERE l.digest IN (\(list: digests.map(\.bytes))) AND l.used_at IS NULL AND l.expires_at > \(now)
            """, AddressLink.init(row:))
    }

    /// The member for whom a form has used up, since `time`, the link whose secret has one of these digests.
    package borrowing func member(
        ofAddressLink digests: [SecretDigest], usedBy form: [UInt8], since time: Instant
    ) throws -> ID<Member>? {
        guard !digests.isEmpty else { return nil }
        return try first(
            """
            SELECT l.used_for FROM address_link l WHERE l.digest IN (\(list: digests.map(\.bytes)))
            AND l.used_by = \(form) AND l.used_at >= \(time) AND l.used_for IS NOT NULL
            """
        ) { try $0.id(0) }
    }

    /// Adds a link, and ends the oldest unused ones of that address, so that `kept` remain.
    package borrowing func insert(_ link: AddressLink, digest: SecretDigest, keeping kept: Int) throws {
        try perform(
            """
            INSERT INTO address_link (id, digest, pepper, email, created_at, expires_at)
            VALUES (\(link.id), \(digest.bytes), \(digest.pepperVersion), \(link.email.text), \(link.createdAt),
            \(link.expiresAt))
            """)
        try perform(
            """
            DELETE FROM address_link WHERE email = \(link.email.text) AND used_at IS NULL
            AND id NOT IN (SELECT id FROM address_link WHERE email = \(link.email.text)
            AND used_at IS NULL ORDER BY id DESC LIMIT \(kept))
            """)
    }

    /// Uses a link up for a member: of many who try, one is told that it did.
    ///
    /// - Parameter form: What used it, so that the same sent twice can be told.
    package borrowing func use(
        _ link: ID<AddressLink>, for member: ID<Member>, by form: [UInt8]?, at now: Instant
    ) throws -> Bool {
        try execute(
            """
            UPDATE address_link SET used_at = \(now), used_by = \(form.stored), used_for = \(member)
            WHERE id = \(link) AND used_at IS NULL
            """) == 1
    }

    /// Removes at most `limit` links that ended before `time`, used or not, and says how many.
    package borrowing func sweepAddressLinks(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM address_link WHERE id IN
            (SELECT id FROM address_link WHERE expires_at < \(time) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}

extension AddressLink {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), email: try row.parsed(1) { EmailAddress($0) }, createdAt: try row.instant(2),
            expiresAt: try row.instant(3))
    }
}
