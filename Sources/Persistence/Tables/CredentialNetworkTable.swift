package import CredentialFormat
package import Model

/// A network from which a credential is known to be used.
package struct CredentialNetwork: Hashable, Sendable {
    package let credential: ID<AnyEntity>
    /// Such as `192.0.2.0/24`.
    package let network: String
    package let account: ID<Organization>
    package let seenAt: Instant

    package init(credential: ID<AnyEntity>, network: String, account: ID<Organization>, seenAt: Instant) {
        self.credential = credential
        self.network = network
        self.account = account
        self.seenAt = seenAt
    }
}

extension Transaction {
    /// All that are known of some credentials.
    ///
    /// - Parameter credentials: Never empty.
    package borrowing func networks(of credentials: [ID<AnyEntity>]) throws -> [CredentialNetwork] {
        try all(
            """
            SELECT credential, network, account_id, seen_at FROM credential_network
            WHERE credential IN (\(anyOf: credentials))
            """
        ) { row in
            CredentialNetwork(
                credential: try row.id(0), network: try row.text(1), account: try row.id(2),
                seenAt: try row.instant(3))
        }
    }

    /// Notes one, and forgets those of its credential that were seen longest ago, so that `kept` remain.
    package borrowing func note(_ network: CredentialNetwork, keeping kept: Int) throws {
        try perform(
            """
            INSERT INTO credential_network (credential, network, account_id, seen_at) VALUES (\(network.credential),
            \(network.network), \(network.account), \(network.seenAt))
            ON CONFLICT (credential, network) DO UPDATE SET seen_at = excluded.seen_at
            """)
        try perform(
            """
            DELETE FROM credential_network WHERE credential = \(network.credential) AND network NOT IN
            (SELECT network FROM credential_network WHERE credential = \(network.credential)
            ORDER BY seen_at DESC, network LIMIT \(kept))
            """)
    }

    /// Removes at most `limit` that were seen before `time`, and says how many.
    package borrowing func sweepCredentialNetworks(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM credential_network WHERE (credential, network) IN
            (SELECT credential, network FROM credential_network WHERE seen_at < \(time) ORDER BY seen_at LIMIT \(limit))
            """)
    }
}
