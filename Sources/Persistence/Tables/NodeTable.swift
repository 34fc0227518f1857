package import CredentialFormat

/// What a node says of itself.
package struct NodeReport: Hashable, Sendable {
    package let node: ID<Node>
    /// The name of its machine.
    package let host: String
    /// Where it answers, as its settings say it.
    package let listen: String
    /// Of its program.
    package let version: String
    /// By how many milliseconds its machine's clock is ahead of the database's; nil where one process owns the database.
    package let clockOffset: Int?
    /// How old what its memory holds may be, in milliseconds; nil while it does not believe its memory.
    package let feedAge: Int?
    /// A digest of all settings that nodes must agree upon.
    package let configuration: String
    /// Digests of the settings that nodes must agree upon, by their names. No secret is among them.
    package let settings: [String: String]

    package init(
        node: ID<Node>, host: String, listen: String, version: String, clockOffset: Int?, feedAge: Int?,
        configuration: String, settings: [String: String]
    ) {
        self.node = node
        self.host = host
        self.listen = listen
        self.version = version
        self.clockOffset = clockOffset
        self.feedAge = feedAge
        self.configuration = configuration
        self.settings = settings
    }
}

/// A node as the database knows it.
package struct KnownNode: Hashable, Sendable {
    /// How many are told at most (law 7).
    package static let maximum = 1024

    /// What it said last.
    package let report: NodeReport
    /// How long ago that was by the database's clock, in milliseconds.
    package let silence: Int

    package init(report: NodeReport, silence: Int) {
        self.report = report
        self.silence = silence
    }
}

extension Transaction {
    /// Writes down what a node says of itself in place of what it said before.
    package borrowing func note(_ report: NodeReport) throws {
        try perform(
            """
            INSERT INTO node (id, at, host, listen, version, clock_offset, feed_age, configuration, settings)
            VALUES (\(report.node), \(fixed: dialect.clock), \(report.host), \(report.listen), \(report.version),
            \(report.clockOffset.stored), \(report.feedAge.stored), \(report.configuration),
            \(AuditDetails.text(of: report.settings)))
            ON CONFLICT (id) DO UPDATE SET at = excluded.at, host = excluded.host, listen = excluded.listen,
            version = excluded.version, clock_offset = excluded.clock_offset, feed_age = excluded.feed_age,
            configuration = excluded.configuration, settings = excluded.settings
            """)
    }

    /// Removes what a node said that has ended.
    package borrowing func forget(_ node: ID<Node>) throws {
        try perform("DELETE FROM node WHERE id = \(node)")
    }

    /// Removes what all others said: where one process owns the database, they have ended.
    package borrowing func forgetNodes(but node: ID<Node>) throws {
        try perform("DELETE FROM node WHERE id <> \(node)")
    }

    /// The nodes that have said something of themselves lately, the oldest first. Where there are more than ``KnownNode/maximum``, those
    /// that were heard last: whatever ends without a word again and again must not hide those that run.
    ///
    /// - Returns: They, and how many others are known.
    package borrowing func knownNodes() throws -> (nodes: [KnownNode], leftOut: Int) {
        var count = 0
        let nodes = try all(
            """
            SELECT id, host, listen, version, clock_offset, feed_age, configuration, settings, \(fixed: dialect.clock) - at,
            COUNT(*) OVER () FROM node ORDER BY at DESC, id DESC LIMIT \(KnownNode.maximum)
            """
        ) { row in
            count = Int(try row.integer(9))
            return KnownNode(
                report: NodeReport(
                    node: try row.id(0), host: try row.text(1), listen: try row.text(2), version: try row.text(3),
                    clockOffset: row.isNull(4) ? nil : Int(try row.integer(4)),
                    feedAge: row.isNull(5) ? nil : Int(try row.integer(5)),
                    configuration: try row.text(6), settings: AuditDetails.parse(try row.text(7))),
                silence: max(0, Int(try row.integer(8))))
        }
        return (nodes.sorted { $0.report.node < $1.report.node }, count - nodes.count)
    }

    /// Removes at most `limit` nodes that have said nothing for `seconds`, and says how many.
    package borrowing func sweepNodes(olderThan seconds: Int, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM node WHERE id IN
            (SELECT id FROM node WHERE at < \(fixed: dialect.clock) - \(seconds * 1000) ORDER BY at LIMIT \(limit))
            """)
    }
}
