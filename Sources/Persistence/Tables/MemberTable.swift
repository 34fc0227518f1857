package import CredentialFormat
package import Model

/// What a member is read from.
let memberColumns: StaticString = """
    m.id, m.organization_id, m.email, m.name, m.roles, m.password IS NOT NULL, m.created_at, m.revision,
    m.permissions, m.email_proof, m.email_proved_at
    """

extension Transaction {
    /// The member, nil where there is none.
    package borrowing func member(_ id: ID<Member>) throws -> Member? {
        try first("SELECT \(fixed: memberColumns) FROM member m WHERE m.id = \(id)", Member.init(row:))
    }

    /// The member of an organization with that e-mail address.
    package borrowing func member(email: EmailAddress, in organization: ID<Organization>) throws -> Member? {
        try first(
            """
            SELECT \(fixed: memberColumns) FROM member m WHERE m.email = \(email.text) AND m.organization_id = \(organization)
            """, Member.init(row:))
    }

    /// The members of an extent, oldest first.
    package borrowing func members(_ extent: Extent, after: ID<Member>?, limit: Int) throws -> [Member] {
        switch extent {
        case .organization(let path):
            try all(
                """
                SELECT \(fixed: memberColumns) FROM member m
                WHERE m.organization_id = \(path.last) AND m.id > \(place(after: after)) ORDER BY m.id LIMIT \(limit)
                """, Member.init(row:))
        case .within(let path):
            try all(
                """
                SELECT \(fixed: memberColumns) FROM organization o CROSS JOIN member m
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
            INSERT INTO member (id, organization_id, email, name, roles, password, created_at, revision, permissions,
            email_proof, email_proved_at)
            VALUES (\(member.id), \(member.organization), \(member.email.text), \(member.name),
            \(member.roles.joined(separator: " ")), \((password?.encoded).stored), \(member.createdAt), \(member.revision),
            \(member.permissions.joined(separator: " ")), \((member.emailProof?.word).stored), \((member.emailProof?.at).stored))
            """)
    }

    /// Writes name, roles and single permissions.
    package borrowing func update(
        member id: ID<Member>, name: String, roles: [String], permissions: [String]
    ) throws {
        try perform(
            """
            UPDATE member SET name = \(name), roles = \(roles.joined(separator: " ")),
            permissions = \(permissions.joined(separator: " ")), revision = revision + 1 WHERE id = \(id)
            """)
    }

    /// Sets another password, or none, and ends all that was begun with the one before: sessions, and links that would
    /// set yet another.
    ///
    /// - Parameter email: The address that the digest was made for.
    /// - Returns: False where the member has another address by now, or is gone.
    package borrowing func setPassword(
        _ password: PasswordDigest?, of id: ID<Member>, at email: EmailAddress, now: Instant
    ) throws -> Bool {
        let rows = try execute(
            """
            UPDATE member SET password = \((password?.encoded).stored), password_at = \(now), revision = revision + 1
            WHERE id = \(id) AND email = \(email.text)
            """)
        guard rows == 1 else { return false }
        try endSignIns(of: id)
        return true
    }

    /// Gives a member another e-mail address, with the password that they have there, or none, and ends all that was begun
    /// with the one before: sessions, and unused links.
    ///
    /// - Parameters:
    ///   - old: The address that they are thought to have.
    ///   - password: Made for the new address.
    /// - Returns: False where the member has another address by now, or is gone.
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where the organization has another member with that address.
    package borrowing func setEmail(
        _ email: EmailAddress, of id: ID<Member>, from old: EmailAddress, password: PasswordDigest?,
        proof: EmailProof?, now: Instant
    ) throws -> Bool {
        let rows = try execute(
            """
            UPDATE member SET email = \(email.text), password = \((password?.encoded).stored), password_at = \(now),
            email_proof = \((proof?.word).stored), email_proved_at = \((proof?.at).stored), revision = revision + 1
            WHERE id = \(id) AND email = \(old.text)
            """)
        guard rows == 1 else { return false }
        try endSignIns(of: id)
        return true
    }

    /// Writes why a member's e-mail address counts as theirs.
    package borrowing func setEmailProof(_ proof: EmailProof?, of id: ID<Member>) throws {
        try perform(
            """
            UPDATE member SET email_proof = \((proof?.word).stored), email_proved_at = \((proof?.at).stored),
            revision = revision + 1 WHERE id = \(id)
            """)
    }

    private borrowing func endSignIns(of id: ID<Member>) throws {
        try perform("DELETE FROM member_session WHERE member_id = \(id)")
        try perform("DELETE FROM one_time_link WHERE member_id = \(id) AND used_at IS NULL")
    }

    /// When a member's password was set, nil for none or for one that came with the member.
    package borrowing func passwordSetAt(_ id: ID<Member>) throws -> Instant? {
        try first("SELECT m.password_at FROM member m WHERE m.id = \(id)") { try $0.optionalInstant(0) } ?? nil
    }

    /// Keeps another digest of the same password for those with an address who have that one, unless it was changed
    /// meanwhile.
    package borrowing func renewPasswordDigest(
        at email: EmailAddress, from old: PasswordDigest, to new: PasswordDigest
    ) throws {
        try perform(
            """
            UPDATE member SET password = \(new.encoded) WHERE email = \(email.text) AND password = \(old.encoded)
            """)
    }

    /// Removes a member. Whoever is a contact too stays one.
    package borrowing func delete(_ id: ID<Member>) throws {
        try unlinkContact(of: id)
        try perform("DELETE FROM member WHERE id = \(id)")
    }
}

extension Member {
    init(row: StoredRow) throws(StoreError) {
        try self.init(row: row, from: 0)
    }

    /// Reads the eleven columns from `column` on.
    init(row: StoredRow, from column: Int) throws(StoreError) {
        self.init(
            id: try row.id(column), organization: try row.id(column + 1),
            email: try row.parsed(column + 2) { EmailAddress($0) }, name: try row.text(column + 3),
            roles: try row.words(column + 4), permissions: try row.words(column + 8),
            hasPassword: try row.bool(column + 5), emailProof: try EmailProof(row: row, at: column + 9),
            createdAt: try row.instant(column + 6), revision: try row.count(column + 7))
    }
}

extension EmailProof {
    fileprivate var word: String {
        switch self {
        case .link: "link"
        case .operatorsWord: "operator"
        }
    }

    fileprivate var at: Instant {
        switch self {
        case .link(let at), .operatorsWord(let at): at
        }
    }

    /// Nil for none. A word that is none of ours proves nothing (law 3).
    init?(row: StoredRow, at column: Int) throws(StoreError) {
        guard let word = try row.optionalText(column), let at = try row.optionalInstant(column + 1) else { return nil }
        switch word {
        case "link": self = .link(at)
        case "operator": self = .operatorsWord(at)
        default: return nil
        }
    }
}
