package import CredentialFormat
package import Model

/// How many connections of a provider have a status.
package struct ConnectionCount: Hashable, Sendable {
    package let provider: String
    package let status: ConnectionStatus
    package let count: Int
}

extension Transaction {
    /// How many connections of an account are not ended.
    ///
    /// - Parameter most: How far is counted.
    package borrowing func liveConnections(
        ofAccount account: ID<Organization>, countingTo most: Int
    ) throws -> Int {
        try first("SELECT \(part: .liveConnections(ofAccount: account, countingTo: most))") { try $0.count(0) } ?? 0
    }

    /// All connections, counted. It reads one index from end to end.
    package borrowing func connectionCounts() throws -> [ConnectionCount] {
        try all("SELECT provider, status, COUNT(*) FROM connection GROUP BY provider, status") { row in
            ConnectionCount(
                provider: try row.text(0), status: try row.parsed(1, ConnectionStatus.init(rawValue:)),
                count: try row.count(2))
        }
    }

    /// When the connection at a provider is due that has waited longest, or is next; nil for none.
    package borrowing func firstConnectionDue(at provider: String) throws -> Instant? {
        try first(
            """
            SELECT next_renewal_at FROM connection WHERE provider = \(provider) AND next_renewal_at > 0
            ORDER BY next_renewal_at LIMIT 1
            """
        ) { try $0.instant(0) }
    }

    /// How many lines of the ledger were settled since `time` as late or broken, but for those of connections that people ended.
    package borrowing func missedPromises(since time: Instant) throws -> Int {
        try first(
            """
            SELECT COUNT(*) FROM connection_promise WHERE settled_at >= \(time) AND state IN ('late', 'broken')
            AND COALESCE(reason, '') <> 'disconnected'
            """
        ) { try $0.count(0) } ?? 0
    }
}

extension BoundSQL {
    /// How many connections of an account are not ended, as far as they are counted: a value in parentheses.
    static func liveConnections(ofAccount account: ID<Organization>, countingTo most: Int) -> BoundSQL {
        let path = OrganizationPath(root: account)
        return """
            (SELECT COUNT(*) FROM (SELECT 1 FROM organization o CROSS JOIN connection c
            WHERE \(part: Extent.within(path).condition) AND c.organization_id = o.id AND c.status <> 'disconnected'
            LIMIT \(most)) live)
            """
    }
}
