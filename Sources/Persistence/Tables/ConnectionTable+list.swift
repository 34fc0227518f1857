package import CredentialFormat
package import Model

/// A connection as a list shows it.
package struct ListedConnection: Sendable {
    package let connection: Connection
    package let organizationName: String
    /// When it was last shown to work, by a renewal or a probe.
    package let provenAt: Instant?
    /// What is wrong with our client at the provider, nil for nothing.
    package let fault: String?
    /// What is below it now, nil for nothing.
    package let children: Children?

    /// So many things of a kind.
    package struct Children: Hashable, Sendable {
        package let kind: String
        package let count: Int
    }
}

/// What ends connections although everything is done that can be done without a person: by the providers' files.
package struct ConnectionEnds: Hashable, Sendable {
    /// What is so at one provider.
    package struct Rule: Hashable, Sendable {
        package let provider: String
        /// So many seconds after the consent it is over, nil for no such end.
        package let hardCap: Int?
        /// Whether anything renews what ends.
        package let isRenewed: Bool
        /// Whether a renewal moves the refresh token's end.
        package let movesRefreshEnd: Bool

        package init(provider: String, hardCap: Int?, isRenewed: Bool, movesRefreshEnd: Bool) {
            self.provider = provider
            self.hardCap = hardCap
            self.isRenewed = isRenewed
            self.movesRefreshEnd = movesRefreshEnd
        }
    }

    package let rules: [Rule]
    /// What ends before then ends soon.
    package let time: Instant

    package init(_ rules: [Rule], before time: Instant) {
        self.rules = rules
        self.time = time
    }
}

/// Which connections a list shows, and in which order.
package struct ConnectionQuery: Hashable, Sendable {
    /// What the list is ordered by.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case name, organization, provider, renewal, proven, created
    }

    /// What ends soon.
    package enum Ending: Hashable, Sendable {
        case all
        /// What a person alone can keep from it.
        case withoutPerson
    }

    /// What the name or that of something below it contains, or the identifier is.
    package var search: NameSearch?
    /// Those of these providers alone; empty for all.
    package var providers: [String] = []
    /// Those in one of these states alone; empty for all but what was ended.
    package var statuses: [ConnectionStatus] = []
    package var ending: Ending?
    package var order = Order.created
    package var isDescending = true
    package var after: ListPlace?

    package init() {}
}

/// How many connections there are, and what becomes of them.
package struct ConnectionCounts: Hashable, Sendable {
    /// How far is counted.
    package static let most = 10_000

    package let all: Int
    /// Those that work no longer until a person consents once more.
    package let broken: Int
    package let ending: Int
    /// Of those, what a person alone can keep from it.
    package let endingWithoutPerson: Int
    /// Of the whole account, as far as it was counted.
    package let ofAccount: Int

    package init(all: Int, broken: Int, ending: Int, endingWithoutPerson: Int, ofAccount: Int = 0) {
        self.ofAccount = ofAccount
        self.all = all
        self.broken = broken
        self.ending = ending
        self.endingWithoutPerson = endingWithoutPerson
    }
}

extension ConnectionStatus {
    /// Those in which a connection works no longer until a person does something.
    package static let broken = allCases.filter { status in
        switch status {
        case .reauthRequired, .revoked, .userAction, .permissionMissing, .exhausted, .unreadable: true
        case .pending, .connected, .degraded, .blocked, .disconnected: false
        }
    }

    /// Those in which it may end by itself.
    package static let living = allCases.filter { status in
        switch status {
        case .connected, .degraded, .blocked: true
        case .pending, .reauthRequired, .revoked, .userAction, .permissionMissing, .exhausted, .unreadable,
            .disconnected:
            false
        }
    }
}

private let columns: StaticString = """
    c.id, c.organization_path, c.provider, c.access, c.name, c.account_fingerprint, c.scopes, c.metadata, c.status, c.reason,
    c.generation, c.consented_at, c.issued_at, c.access_expires_at, c.refresh_expires_at, c.data_access_expires_at,
    c.failures, c.first_failed_at, c.last_failed_at, c.error_class, c.error_code, c.next_renewal_at, c.last_proven_at,
    c.created_at
    """

private let proven: StaticString = """
    CASE WHEN COALESCE(h.proven_at, 0) > COALESCE(c.last_proven_at, 0) THEN COALESCE(h.proven_at, 0)
    ELSE COALESCE(c.last_proven_at, 0) END
    """

/// The kind of what is below it, and how much of it. Where there are several kinds, the last one's by name.
private let children: StaticString = """
    (SELECT MAX(l.kind) FROM connection_child l WHERE l.connection_id = c.id AND l.generation = c.generation),
    (SELECT COUNT(*) FROM connection_child n WHERE n.connection_id = c.id AND n.generation = c.generation AND n.kind =
    (SELECT MAX(m.kind) FROM connection_child m WHERE m.connection_id = c.id AND m.generation = c.generation))
    """

private let joins: StaticString = """
    LEFT JOIN connection_health h ON h.connection_id = c.id LEFT JOIN provider_access a ON a.id = c.access
    """

extension Transaction {
    /// The connections of an extent that a query asks for, and how many there are of which kind, in one statement. It reads the
    /// rows of these organizations, by their index, and no others but to count those of the account.
    ///
    /// - Parameter most: How far those of the account are counted.
    package borrowing func connections(
        _ extent: Extent, _ query: ConnectionQuery, _ ends: ConnectionEnds, limit: Int, countingTo most: Int
    ) throws -> (page: OrderedListing<ListedConnection>, counts: ConnectionCounts) {
        let ofAccount: BoundSQL = .liveConnections(ofAccount: extent.path.root, countingTo: most)
        let counts: BoundSQL = """
            (SELECT COUNT(*) AS total, COALESCE(SUM(broken), 0) AS broken, COALESCE(SUM(ending), 0) AS ending,
            COALESCE(SUM(lost), 0) AS lost, \(part: ofAccount) AS of_account FROM (SELECT
            CASE WHEN c.status IN (\(list: ConnectionStatus.broken.map(\.rawValue))) THEN 1 ELSE 0 END AS broken,
            CASE WHEN \(part: ends.condition(.all)) THEN 1 ELSE 0 END AS ending,
            CASE WHEN \(part: ends.condition(.withoutPerson)) THEN 1 ELSE 0 END AS lost
            FROM organization o CROSS JOIN connection c
            WHERE \(part: extent.condition) AND c.organization_id = o.id AND c.status <> 'disconnected'
            LIMIT \(ConnectionCounts.most)) live) live_counts
            """
        let rows = try all(
            """
            SELECT \(fixed: columns), o.name, \(fixed: proven), a.fault, \(fixed: children),
            live_counts.total, live_counts.broken, live_counts.ending, live_counts.lost, live_counts.of_account
            FROM \(part: counts) CROSS JOIN organization o CROSS JOIN connection c \(fixed: joins)
            WHERE \(part: extent.condition) AND c.organization_id = o.id \(part: query.condition(ends))
            \(part: query.listOrder.condition) \(part: query.listOrder.clause) LIMIT \(limit + 1)
            """
        ) { row in (try ListedConnection(row: row), try ConnectionCounts(row: row.from(29))) }
        let listing = OrderedListing(rows.map(\.0), limit: limit, place: query.place)
        let found =
            try rows.first?.1
            ?? first(
                """
                SELECT live_counts.total, live_counts.broken, live_counts.ending, live_counts.lost,
                live_counts.of_account FROM \(part: counts)
                """
            ) { try ConnectionCounts(row: $0) }
        return (listing, found ?? ConnectionCounts(all: 0, broken: 0, ending: 0, endingWithoutPerson: 0))
    }

    /// A connection with what a list tells of it, nil where there is none.
    package borrowing func listedConnection(_ id: ID<Connection>) throws -> ListedConnection? {
        try first(
            """
            SELECT \(fixed: columns), o.name, \(fixed: proven), a.fault, \(fixed: children)
            FROM connection c JOIN organization o ON o.id = c.organization_id \(fixed: joins) WHERE c.id = \(id)
            """, ListedConnection.init(row:))
    }
}

extension ConnectionEnds {
    /// A condition on a connection `c` that still works. Its own clocks are asked, and what its provider's file says.
    fileprivate func condition(_ ending: ConnectionQuery.Ending) -> BoundSQL {
        var ends: BoundSQL = "c.data_access_expires_at < \(time)"
        if ending == .all { ends = "\(part: ends) OR c.refresh_expires_at < \(time)" }
        for rule in rules {
            if let hardCap = rule.hardCap {
                ends = """
                    \(part: ends) OR (c.provider = \(rule.provider) AND c.consented_at < \(time.adding(seconds: -hardCap)))
                    """
            }
            if !rule.isRenewed {
                ends = "\(part: ends) OR (c.provider = \(rule.provider) AND c.access_expires_at < \(time))"
            }
            if !rule.movesRefreshEnd, ending == .withoutPerson {
                ends = "\(part: ends) OR (c.provider = \(rule.provider) AND c.refresh_expires_at < \(time))"
            }
        }
        return "(c.status IN (\(list: ConnectionStatus.living.map(\.rawValue))) AND (\(part: ends)))"
    }
}

extension ConnectionQuery {
    fileprivate func condition(_ ends: ConnectionEnds) -> BoundSQL {
        var condition: BoundSQL =
            statuses.isEmpty
            ? "AND c.status <> 'disconnected'" : "AND c.status IN (\(list: statuses.map(\.rawValue)))"
        if let search {
            condition = """
                \(part: condition) AND (\(part: search.identifier(of: Connection.self, on: "c.id"))
                OR \(part: search.condition(on: "c.name")) OR EXISTS
                (SELECT 1 FROM connection_child s WHERE s.connection_id = c.id AND \(part: search.condition(on: "s.name"))))
                """
        }
        if !providers.isEmpty { condition = "\(part: condition) AND c.provider IN (\(list: providers))" }
        if let ending { condition = "\(part: condition) AND \(part: ends.condition(ending))" }
        return condition
    }

    fileprivate var listOrder: ListOrder {
        let key: ListOrder.Key =
            switch order {
            case .name: .text("lower(c.name)")
            case .organization: .text("lower(o.name)")
            case .provider: .text("c.provider")
            case .renewal: .number("COALESCE(c.next_renewal_at, 0)")
            case .proven: .number(proven)
            case .created: .number("c.created_at")
            }
        return ListOrder(key, id: "c.id", isDescending: isDescending, after: after)
    }

    fileprivate func place(behind item: ListedConnection) -> ListPlace {
        let id = item.connection.id
        return switch order {
        case .name: ListPlace(behind: item.connection.name, id)
        case .organization: ListPlace(behind: item.organizationName, id)
        case .provider: ListPlace(behind: item.connection.provider, id)
        case .renewal: ListPlace(behind: item.connection.nextRenewalAt, id)
        case .proven: ListPlace(behind: item.provenAt, id)
        case .created: ListPlace(behind: item.connection.createdAt, id)
        }
    }
}

extension ListedConnection {
    fileprivate init(row: StoredRow) throws(StoreError) {
        let proven = try row.instant(25)
        let kind = try row.optionalText(27)
        let count = try row.count(28)
        self.init(
            connection: try Connection(row: row), organizationName: try row.text(24),
            provenAt: proven.milliseconds == 0 ? nil : proven, fault: try row.optionalText(26),
            children: kind.map { Children(kind: $0, count: count) })
    }
}

extension ConnectionCounts {
    fileprivate init(row: StoredRow) throws(StoreError) {
        self.init(
            all: try row.count(0), broken: try row.count(1), ending: try row.count(2),
            endingWithoutPerson: try row.count(3), ofAccount: try row.count(4))
    }
}
