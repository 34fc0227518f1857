package import CredentialFormat
package import Model

extension Transaction {
    /// How many recovery codes a member has left.
    package borrowing func recoveryCodeCount(of member: ID<Member>) throws -> Int {
        try first("SELECT count(*) FROM recovery_code WHERE member_id = \(member)") { try $0.count(0) } ?? 0
    }

    /// Whether a member has one of these recovery codes left.
    package borrowing func hasRecoveryCode(among digests: [SecretDigest], of member: ID<Member>) throws -> Bool {
        guard !digests.isEmpty else { return false }
        return try first(
            """
            SELECT count(*) FROM recovery_code
            WHERE member_id = \(member) AND digest IN (\(list: digests.map(\.bytes)))
            """
        ) { try $0.count(0) > 0 } ?? false
    }

    /// Gives a member these recovery codes in the place of those before.
    package borrowing func setRecoveryCodes(_ digests: [SecretDigest], of member: ID<Member>) throws {
        try perform("DELETE FROM recovery_code WHERE member_id = \(member)")
        for digest in digests {
            try perform(
                """
                INSERT INTO recovery_code (member_id, digest, pepper)
                VALUES (\(member), \(digest.bytes), \(digest.pepperVersion))
                """)
        }
    }

    /// Uses up the recovery code that has one of these digests: of many who show it, one is told that it did.
    package borrowing func useRecoveryCode(_ digests: [SecretDigest], of member: ID<Member>) throws -> Bool {
        guard !digests.isEmpty else { return false }
        return try execute(
            """
            DELETE FROM recovery_code WHERE member_id = \(member) AND digest IN (\(list: digests.map(\.bytes)))
            """) > 0
    }
}
