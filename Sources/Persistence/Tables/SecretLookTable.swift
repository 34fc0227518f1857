package import CredentialFormat
package import Model

/// One look at a secret that is kept.
package enum SecretLook: Entity {
    package static let prefix = "look"
}

extension Transaction {
    /// When somebody last looked at secrets, newest first, since `time`.
    package borrowing func looks(by viewer: ID<Member>, since time: Instant, limit: Int) throws -> [Instant] {
        try all(
            "SELECT at FROM secret_look WHERE viewer = \(viewer) AND at > \(time) ORDER BY at DESC LIMIT \(limit)"
        ) { try $0.instant(0) }
    }

    /// Notes a look.
    package borrowing func insertLook(_ id: ID<SecretLook>, by viewer: ID<Member>, at time: Instant) throws {
        try perform("INSERT INTO secret_look (id, viewer, at) VALUES (\(id), \(viewer), \(time))")
    }

    /// Removes at most `limit` looks from before `time`, and says how many.
    package borrowing func sweepLooks(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM secret_look WHERE id IN
            (SELECT id FROM secret_look WHERE at < \(time) ORDER BY at LIMIT \(limit))
            """)
    }
}
