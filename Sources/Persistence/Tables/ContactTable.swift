package import CredentialFormat
package import Model

/// What a contact is read from.
let contactColumns: StaticString = """
    c.id, c.organization_id, c.name, c.email, c.member_id, c.disabled_at, c.created_at, c.created_by, c.revision
    """

extension Transaction {
    /// The contact, nil where there is none.
    package borrowing func contact(_ id: ID<Contact>) throws -> Contact? {
        try first("SELECT \(fixed: contactColumns) FROM contact c WHERE c.id = \(id)", Contact.init(row:))
    }

    /// The contact that a member is, nil where they are none.
    package borrowing func contact(of member: ID<Member>) throws -> Contact? {
        try first("SELECT \(fixed: contactColumns) FROM contact c WHERE c.member_id = \(member)", Contact.init(row:))
    }

    /// The contacts of an extent, oldest first.
    ///
    /// - Parameter search: What the name or the address must contain.
    package borrowing func contacts(
        _ extent: Extent, matching search: NameSearch? = nil, after: ID<Contact>?, limit: Int
    ) throws -> [Contact] {
        let found = ContactQuery.condition(search)
        switch extent {
        case .organization(let path):
            return try all(
                """
                SELECT \(fixed: contactColumns) FROM contact c
                WHERE c.organization_id = \(path.last) AND c.id > \(place(after: after)) \(part: found)
                ORDER BY c.id LIMIT \(limit)
                """, Contact.init(row:))
        case .within(let path):
            return try all(
                """
                SELECT \(fixed: contactColumns) FROM organization o CROSS JOIN contact c
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND c.organization_id = o.id
                AND c.id > \(place(after: after)) \(part: found) ORDER BY c.id LIMIT \(limit)
                """, Contact.init(row:))
        }
    }

    /// The contacts of one organization that are not disabled, oldest first.
    package borrowing func enabledContacts(of organization: ID<Organization>, limit: Int) throws -> [Contact] {
        try all(
            """
            SELECT \(fixed: contactColumns) FROM contact c
            WHERE c.organization_id = \(organization) AND c.disabled_at IS NULL ORDER BY c.id LIMIT \(limit)
            """, Contact.init(row:))
    }

    /// The members of an organization who are no contact, oldest first.
    package borrowing func membersWithoutContact(in organization: ID<Organization>, limit: Int) throws -> [Member] {
        try all(
            """
            SELECT \(fixed: memberColumns) FROM member m WHERE m.organization_id = \(organization)
            AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.member_id = m.id AND c.member_id IS NOT NULL)
            ORDER BY m.id LIMIT \(limit)
            """, Member.init(row:))
    }

    /// Whether an account has at least `count` contacts. It steps over `count` entries of an index and no more.
    package borrowing func holdsContacts(account: ID<Organization>, atLeast count: Int) throws -> Bool {
        guard count > 0 else { return true }
        return try first("SELECT 1 FROM contact WHERE account_id = \(account) LIMIT 1 OFFSET \(count - 1)") { _ in
            true
        } ?? false
    }

    /// Adds a contact to an organization of `account`.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where its member is another contact already.
    package borrowing func insert(_ contact: Contact, account: ID<Organization>) throws {
        try execute(
            """
            INSERT INTO contact (id, organization_id, account_id, name, email, member_id, disabled_at, created_at,
            created_by, revision)
            VALUES (\(contact.id), \(contact.organization), \(account), \(contact.name), \((contact.email?.text).stored),
            \((contact.member?.stored).stored), \(contact.disabledAt.stored), \(contact.createdAt), \(contact.createdBy),
            \(contact.revision))
            """)
    }

    /// Writes what can be edited of a contact, and counts its revision.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where its member is another contact already.
    package borrowing func update(_ contact: Contact) throws {
        try execute(
            """
            UPDATE contact SET name = \(contact.name), email = \((contact.email?.text).stored),
            member_id = \((contact.member?.stored).stored), revision = revision + 1 WHERE id = \(contact.id)
            """)
    }

    /// Disables a contact since `at`, or enables it for nil.
    package borrowing func setDisabled(_ id: ID<Contact>, since at: Instant?) throws {
        try perform("UPDATE contact SET disabled_at = \(at.stored), revision = revision + 1 WHERE id = \(id)")
    }

    /// Removes a contact with its access keys.
    package borrowing func delete(_ id: ID<Contact>) throws {
        try perform("DELETE FROM access_key WHERE contact_id = \(id)")
        try perform("DELETE FROM contact WHERE id = \(id)")
    }

    /// Has the contact that a member was be one who does not sign in.
    borrowing func unlinkContact(of member: ID<Member>) throws {
        try perform("UPDATE contact SET member_id = NULL, revision = revision + 1 WHERE member_id = \(member)")
    }
}

extension Transaction {
    /// All that is needed to judge whom an integration acts for, nil where there is no such contact.
    package borrowing func contactForVerification(_ id: ID<Contact>) throws -> ContactForVerification? {
        guard let contact = try contact(id) else { return nil }
        return ContactForVerification(contact: contact, accessKeys: try accessKeys(of: [id], limit: .max))
    }

    /// The contact whose access key has that digest, and which of its keys that is.
    package borrowing func contactForVerification(
        matching digest: SecretDigest
    ) throws -> (contact: ContactForVerification, accessKey: ID<AccessKey>)? {
        let found: (ID<AccessKey>, ID<Contact>)? = try first(
            "SELECT id, contact_id FROM access_key WHERE digest = \(digest.bytes) AND pepper = \(digest.pepperVersion)"
        ) { row in (try row.id(0), try row.id(1)) }
        guard let (key, id) = found, let contact = try contactForVerification(id) else { return nil }
        return (contact, key)
    }
}

/// A contact with what the verification of its tokens depends on.
package struct ContactForVerification: Sendable {
    package let contact: Contact
    /// A few: ``AccessKeyService`` bounds their number.
    package let accessKeys: [AccessKey]
}

extension Contact {
    init(row: StoredRow) throws(StoreError) {
        self.init(
            id: try row.id(0), organization: try row.id(1), name: try row.text(2),
            email: row.isNull(3) ? nil : try row.parsed(3) { EmailAddress($0) },
            member: row.isNull(4) ? nil : try row.id(4), disabledAt: try row.optionalInstant(5),
            createdAt: try row.instant(6), createdBy: try row.text(7), revision: try row.count(8))
    }
}
