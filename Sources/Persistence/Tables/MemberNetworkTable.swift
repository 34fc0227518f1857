package import CredentialFormat
package import Model

extension Transaction {
    /// How many networks are known from which a member has signed in.
    package borrowing func networkCount(of member: ID<Member>) throws -> Int {
        try first("SELECT count(*) FROM member_network WHERE member_id = \(member)") { try $0.count(0) } ?? 0
    }

    /// Notes that a member has signed in from a network, and forgets those seen longest ago, so that `kept` remain.
    ///
    /// - Returns: Whether it was known.
    package borrowing func note(
        network: [UInt8], of member: ID<Member>, at now: Instant, keeping kept: Int
    ) throws -> Bool {
        let known =
            try execute(
                "UPDATE member_network SET seen_at = \(now) WHERE member_id = \(member) AND network = \(network)") == 1
        guard !known else { return true }
        try perform(
            """
            INSERT INTO member_network (member_id, network, seen_at) VALUES (\(member), \(network), \(now))
            ON CONFLICT (member_id, network) DO NOTHING
            """)
        try perform(
            """
            DELETE FROM member_network WHERE member_id = \(member) AND network NOT IN
            (SELECT network FROM member_network WHERE member_id = \(member)
            ORDER BY seen_at DESC, network LIMIT \(kept))
            """)
        return false
    }
}
