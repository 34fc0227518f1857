package import CredentialFormat
package import Model

/// A member's authenticator (RFC 6238), its secret sealed.
package struct StoredSecondFactor: Sendable, Hashable {
    package let member: ID<Member>
    package let sealed: [UInt8]
    /// When the member showed a first code.
    package let createdAt: Instant
    /// The step whose code was accepted last. It and those before it are refused.
    package let lastStep: Int64

    package init(
        member: ID<Member>, sealed: [UInt8], createdAt: Instant, lastStep: Int64 = 0
    ) {
        self.member = member
        self.sealed = sealed
        self.createdAt = createdAt
        self.lastStep = lastStep
    }
}

extension Transaction {
    /// The authenticator of a member.
    package borrowing func secondFactor(of member: ID<Member>) throws -> StoredSecondFactor? {
        try first(
            """
            SELECT member_id, sealed, created_at, last_step FROM second_factor WHERE member_id = \(member)
            """
        ) { row in
            StoredSecondFactor(
                member: try row.id(0), sealed: try row.bytes(1), createdAt: try row.instant(2),
                lastStep: try row.integer(3))
        }
    }

    /// Has an authenticator be asked for from now on.
    ///
    /// - Returns: False where the member has one, which stays.
    package borrowing func insert(_ factor: StoredSecondFactor) throws -> Bool {
        try execute(
            """
            INSERT INTO second_factor (member_id, sealed, created_at, last_step)
            VALUES (\(factor.member), \(factor.sealed), \(factor.createdAt), \(factor.lastStep))
            ON CONFLICT (member_id) DO NOTHING
            """) == 1
    }

    /// Accepts the code of a step, unless that step's or a later one's was accepted before (RFC 6238 §5.2): of many
    /// who show it, one is told that it did.
    package borrowing func accept(step: Int64, of member: ID<Member>) throws -> Bool {
        try execute(
            "UPDATE second_factor SET last_step = \(step) WHERE member_id = \(member) AND last_step < \(step)") == 1
    }

    /// Removes an authenticator, and says whether there was one.
    package borrowing func deleteSecondFactor(of member: ID<Member>) throws -> Bool {
        try execute("DELETE FROM second_factor WHERE member_id = \(member)") > 0
    }
}
