package import CredentialFormat
package import Model

/// A member's authenticator (RFC 6238), its secret sealed.
package struct StoredSecondFactor: Sendable, Hashable {
    package let member: ID<Member>
    package let sealed: [UInt8]
    package let createdAt: Instant
    /// When the member showed a first code; until then it is asked for nowhere.
    package let confirmedAt: Instant?
    /// The step whose code was accepted last. It and those before it are refused.
    package let lastStep: Int64

    package init(
        member: ID<Member>, sealed: [UInt8], createdAt: Instant, confirmedAt: Instant? = nil, lastStep: Int64 = 0
    ) {
        self.member = member
        self.sealed = sealed
        self.createdAt = createdAt
        self.confirmedAt = confirmedAt
        self.lastStep = lastStep
    }
}

extension Transaction {
    /// The authenticator of a member, confirmed or not.
    package borrowing func secondFactor(of member: ID<Member>) throws -> StoredSecondFactor? {
        try first(
            """
            SELECT member_id, sealed, created_at, confirmed_at, last_step FROM second_factor
            WHERE member_id = \(member)
            """
        ) { row in
            StoredSecondFactor(
                member: try row.id(0), sealed: try row.bytes(1), createdAt: try row.instant(2),
                confirmedAt: try row.optionalInstant(3), lastStep: try row.integer(4))
        }
    }

    /// Keeps an authenticator that is to be confirmed, in the place of another such one.
    ///
    /// - Returns: False where the member has a confirmed one, which stays.
    package borrowing func offer(_ factor: StoredSecondFactor) throws -> Bool {
        try execute(
            """
            INSERT INTO second_factor (member_id, sealed, created_at, confirmed_at, last_step)
            VALUES (\(factor.member), \(factor.sealed), \(factor.createdAt), NULL, \(factor.lastStep))
            ON CONFLICT (member_id) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at,
            last_step = excluded.last_step WHERE second_factor.confirmed_at IS NULL
            """) == 1
    }

    /// Accepts the code of a step, unless that step's or a later one's was accepted before (RFC 6238 §5.2): of many
    /// who show it, one is told that it did.
    package borrowing func accept(step: Int64, of member: ID<Member>) throws -> Bool {
        try execute(
            "UPDATE second_factor SET last_step = \(step) WHERE member_id = \(member) AND last_step < \(step)") == 1
    }

    /// Has an authenticator be asked for from now on.
    ///
    /// - Returns: Whether it was not before.
    package borrowing func confirmSecondFactor(of member: ID<Member>, at now: Instant) throws -> Bool {
        try execute(
            """
            UPDATE second_factor SET confirmed_at = \(now) WHERE member_id = \(member) AND confirmed_at IS NULL
            """) == 1
    }

    /// Removes an authenticator, and says whether there was one.
    package borrowing func deleteSecondFactor(of member: ID<Member>) throws -> Bool {
        try execute("DELETE FROM second_factor WHERE member_id = \(member)") > 0
    }
}
