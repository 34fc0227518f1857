package import CredentialFormat
package import Model

private let columns: StaticString = """
    m.id, m.organization_id, m.email, m.name, m.roles, m.password IS NOT NULL, m.created_at, m.revision
    """

extension Transaction {
    /// The member, nil where there is none.
    package borrowing func member(_ id: ID<Member>) throws -> Member? {
        try first("SELECT \(fixed: columns) FROM member m WHERE m.id = \(id)", Member.init(row:))
    }

    /// The member of an organization with that e-mail address.
    package borrowing func member(email: EmailAddress, in organization: ID<Organization>) throws -> Member? {
        try first(
            """
            SELECT \(fixed: columns) FROM member m WHERE m.email = \(email.text) AND m.organization_id = \(organization)
            """, Member.init(row:))
    }

    /// The members with that e-mail address, oldest first: one in each of at most `limit` organizations.
    package borrowing func members(email: EmailAddress, limit: Int) throws -> [Member] {
        try all(
            "SELECT \(fixed: columns) FROM member m WHERE m.email = \(email.text) ORDER BY m.id LIMIT \(limit)",
            Member.init(row:))
    }

    /// The members of an extent, oldest first.
    package borrowing func members(_ extent: Extent, after: ID<Member>?, limit: Int) throws -> [Member] {
        switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: columns) FROM member m
                WHERE m.organization_id = \(path.last) AND m.id > \(place(after: after)) ORDER BY m.id LIMIT \(limit)
                """, Member.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: columns) FROM organization o CROSS JOIN member m
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND m.organization_id = o.id
                AND m.id > \(place(after: after)) ORDER BY m.id LIMIT \(limit)
                """, Member.init(row:))
        }
    }

    /// The digest of a member's password, nil if none was set.
    package borrowing func passwordDigest(of id: ID<Member>) throws -> PasswordDigest? {
        try first("SELECT m.password FROM member m WHERE m.id = \(id) AND m.password IS NOT NULL") { row in
            PasswordDigest(encoded: try row.text(0))
        }
    }

    /// Adds a member.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where the organization has one with that address.
    package borrowing func insert(_ member: Member, password: PasswordDigest?) throws {
        try execute(
            """
            INSERT INTO member (id, organization_id, email, name, roles, password, created_at, revision)
            VALUES (\(member.id), \(member.organization), \(member.email.text), \(member.name),
            \(member.roles.joined(separator: " ")), \((password?.encoded).stored), \(member.createdAt), \(member.revision))
            """)
    }

    /// Writes name and roles.
    package borrowing func update(member id: ID<Member>, name: String, roles: [String]) throws {
        try perform(
            """
            UPDATE member SET name = \(name), roles = \(roles.joined(separator: " ")), revision = revision + 1
            WHERE id = \(id)
            """)
    }

    /// Sets another password, or none, and ends all that was begun with the one before: sessions, and links that would
    /// set yet another.
    package borrowing func setPassword(_ password: PasswordDigest?, of id: ID<Member>) throws {
        try perform(
            "UPDATE member SET password = \((password?.encoded).stored), revision = revision + 1 WHERE id = \(id)")
        try perform("DELETE FROM member_session WHERE member_id = \(id)")
        try perform("DELETE FROM one_time_link WHERE member_id = \(id) AND used_at IS NULL")
    }

    /// Keeps another digest of the same password, unless the password was changed meanwhile.
    package borrowing func renewPasswordDigest(
        of id: ID<Member>, from old: PasswordDigest, to new: PasswordDigest
    ) throws {
        try perform("UPDATE member SET password = \(new.encoded) WHERE id = \(id) AND password = \(old.encoded)")
    }

    /// Removes a member.
    package borrowing func delete(_ id: ID<Member>) throws {
        try perform("DELETE FROM member WHERE id = \(id)")
    }
}

extension Member {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), email: try row.parsed(2) { EmailAddress($0) },
            name: try row.text(3), roles: try row.words(4), hasPassword: try row.bool(5), createdAt: try row.instant(6),
            revision: try row.count(7))
    }
}
