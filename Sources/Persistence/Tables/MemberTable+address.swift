package import CredentialFormat
package import Model

/// A member as sign-in finds them by e-mail address.
package struct AddressedMember: Sendable {
    package let id: ID<Member>
    package let revision: Int
    /// Nil where none was set.
    package let password: PasswordDigest?
    /// When it was set by whoever has the mailbox, nil where that is not known: the address is proved by a link, and nobody
    /// else has set a password since (``EmailProof``).
    package let ownPasswordSince: Instant?
}

/// One of the organizations that the owner of an e-mail address may go on to.
package struct AddressedOrganization: Sendable {
    package let member: Member
    package let organization: String
    /// The name of the account that it belongs to.
    package let account: String
}

/// Which of the members with one e-mail address are meant. Those of a suspended account never are.
package enum AddressedBy: Sendable {
    /// Whoever has a password.
    case anyPassword
    /// Whoever has this one, and is among these if any are named.
    case password(PasswordDigest, among: [ID<Member>]?)
}

extension Transaction {
    /// All members with that e-mail address, whatever their number, oldest first.
    package borrowing func addressedMembers(_ email: EmailAddress) throws -> [AddressedMember] {
        try all(
            """
            SELECT m.id, m.revision, m.password, m.password_at, m.email_proof, m.email_proved_at FROM member m
            WHERE m.email = \(email.text) ORDER BY m.id
            """
        ) { row in
            let isProved = if case .link = try EmailProof(row: row, at: 4) { true } else { false }
            return AddressedMember(
                id: try row.id(0), revision: try row.count(1),
                password: try row.optionalText(2).map(PasswordDigest.init(encoded:)),
                ownPasswordSince: isProved ? try row.optionalInstant(3) : nil)
        }
    }

    /// A page of the organizations that somebody may go on to who has proved an address, oldest member first.
    ///
    /// - Parameter search: What the name of the organization or of its account contains, nil for anything.
    package borrowing func addressedOrganizations(
        _ email: EmailAddress, by proof: AddressedBy, matching search: NameSearch? = nil, after: ID<Member>? = nil,
        limit: Int
    ) throws -> [AddressedOrganization] {
        let found: BoundSQL =
            search.map { "AND (\(part: $0.condition(on: "o.name")) OR \(part: $0.condition(on: "r.name")))" } ?? ""
        return try all(
            """
            SELECT \(fixed: memberColumns), o.name, r.name FROM member m
            JOIN organization o ON o.id = m.organization_id
            JOIN organization r ON r.id = o.account_id JOIN account a ON a.organization_id = o.account_id
            WHERE m.email = \(email.text) AND a.suspended_at IS NULL AND \(part: condition(proof)) \(part: found)
            AND m.id > \(place(after: after)) ORDER BY m.id LIMIT \(limit)
            """
        ) { row in
            AddressedOrganization(
                member: try Member(row: row), organization: try row.text(11), account: try row.text(12))
        }
    }

    private borrowing func condition(_ proof: AddressedBy) -> BoundSQL {
        switch proof {
        case .anyPassword: "m.password IS NOT NULL"
        case .password(let digest, among: nil): "m.password = \(digest.encoded)"
        case .password(let digest, among: .some(let members)):
            members.isEmpty ? "1 = 0" : "m.password = \(digest.encoded) AND m.id IN (\(list: members))"
        }
    }
}
