package import CredentialFormat
package import Model
package import Policy

private let columns: StaticString = """
    k.id, k.contact_id, k.name, k.hint, k.generation, k.created_at, k.created_by, k.rotated_at, k.disabled_at, k.used_at,
    k.used_from, k.uses, k.revision, k.creator_left_at
    """
/// For lists that show access keys with more.
let accessKeyColumns = columns

extension Transaction {
    /// The access key, nil where there is none.
    package borrowing func accessKey(_ id: ID<AccessKey>) throws -> AccessKey? {
        try first("SELECT \(fixed: columns) FROM access_key k WHERE k.id = \(id)", AccessKey.init(row:))
    }

    /// The access keys of contacts, oldest first.
    package borrowing func accessKeys(
        of contacts: [ID<Contact>], after: ID<AccessKey>? = nil, limit: Int
    ) throws -> [AccessKey] {
        guard !contacts.isEmpty else { return [] }
        return try all(
            """
            SELECT \(fixed: columns) FROM access_key k
            WHERE k.contact_id IN (\(anyOf: contacts)) AND k.id > \(place(after: after)) ORDER BY k.id LIMIT \(limit)
            """, AccessKey.init(row:))
    }

    /// Whether a contact has at least `count` access keys.
    package borrowing func holdsAccessKeys(contact: ID<Contact>, atLeast count: Int) throws -> Bool {
        guard count > 0 else { return true }
        return try first("SELECT 1 FROM access_key WHERE contact_id = \(contact) LIMIT 1 OFFSET \(count - 1)") { _ in
            true
        } ?? false
    }

    /// Adds an access key to its contact.
    package borrowing func insert(_ key: AccessKey, digest: SecretDigest) throws {
        try perform(
            """
            INSERT INTO access_key (id, contact_id, name, digest, pepper, hint, generation, created_at, created_by,
            rotated_at, disabled_at, revision)
            VALUES (\(key.id), \(key.contact), \(key.name), \(digest.bytes), \(digest.pepperVersion), \(key.hint.text),
            \(key.generation), \(key.createdAt), \(key.createdBy), \(key.rotatedAt), \(key.disabledAt.stored),
            \(key.revision))
            """)
    }

    /// Puts another secret of an access key in force, and counts its revision.
    package borrowing func rotate(_ key: AccessKey, to digest: SecretDigest) throws {
        try perform(
            """
            UPDATE access_key SET digest = \(digest.bytes), pepper = \(digest.pepperVersion), hint = \(key.hint.text),
            generation = \(key.generation), rotated_at = \(key.rotatedAt), revision = revision + 1 WHERE id = \(key.id)
            """)
    }

    /// Disables an access key since `at`, or enables it for nil.
    package borrowing func setDisabled(_ id: ID<AccessKey>, since at: Instant?) throws {
        try perform("UPDATE access_key SET disabled_at = \(at.stored), revision = revision + 1 WHERE id = \(id)")
    }

    /// Removes an access key.
    package borrowing func delete(_ id: ID<AccessKey>) throws {
        try perform("DELETE FROM access_key WHERE id = \(id)")
    }

    /// Counts uses, and notes when and from where the last of them was, unless a later one is known.
    package borrowing func recordUse(
        accessKey id: ID<AccessKey>, count: Int = 1, at: Instant, address: IPAddress?
    ) throws {
        try perform(
            """
            UPDATE access_key SET uses = uses + \(count),
            used_from = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \((address?.description).stored) ELSE used_from END,
            used_at = CASE WHEN used_at IS NULL OR used_at < \(at) THEN \(at) ELSE used_at END
            WHERE id = \(id)
            """)
    }

    /// The digests of the access keys of these contacts.
    package borrowing func digests(ofAccessKeysOf ids: [ID<Contact>]) throws -> [[UInt8]] {
        guard !ids.isEmpty else { return [] }
        return try all("SELECT digest FROM access_key WHERE contact_id IN (\(anyOf: ids))") { try $0.bytes(0) }
    }
}

extension AccessKey {
    /// Reads ``accessKeyColumns`` at the beginning of a row.
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), contact: try row.id(1), name: try row.text(2), hint: SecretHint(stored: try row.text(3)),
            generation: try row.count(4), createdAt: try row.instant(5), createdBy: try row.text(6),
            rotatedAt: try row.instant(7), disabledAt: try row.optionalInstant(8), lastUse: try row.lastUse(9),
            revision: try row.count(12), creatorLeftAt: try row.optionalInstant(13))
    }
}
