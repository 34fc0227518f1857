package import CredentialFormat
package import Model

private let columns: StaticString = """
    credential, span, at, secret, scopes, outcome, status, organization_id, account_id, kind, calls
    """

/// Which calls are asked for.
package struct UsageFilter: Hashable, Sendable {
    package var span: UsageSpan
    /// From the hour or day that begins here …
    package var from: Instant
    /// … to the last that begins before.
    package var until: Instant
    /// What the credentials are. Never empty.
    package var kinds: Set<KeptRefusal.Kind>
    /// One of them, nil for all.
    package var credential: ID<AnyEntity>?
    /// Whether all of the time is taken together.
    package var isTotal: Bool

    package init(
        _ span: UsageSpan, from: Instant, until: Instant, kinds: Set<KeptRefusal.Kind>,
        credential: ID<AnyEntity>? = nil,
        isTotal: Bool = false
    ) {
        self.span = span
        self.from = from
        self.until = until
        self.kinds = kinds
        self.credential = credential
        self.isTotal = isTotal
    }
}

extension Transaction {
    /// Adds calls to those of their hours and of their days.
    package borrowing func add(_ calls: [CountedCalls]) throws {
        var cells: [StoredCell: Int] = [:]
        for counted in calls {
            for span in UsageSpan.allCases {
                cells[StoredCell(counted.traits, span, span.start(of: counted.hour)), default: 0] += counted.count
            }
        }
        let rows = cells.map { $0.key.values + [$0.value.stored] }
        try BoundSQL.inPieces(rows, of: 64) { piece in
            try perform(
                """
                INSERT INTO usage_cell (\(fixed: columns)) VALUES \(rows: piece)
                ON CONFLICT (credential, span, at, secret, scopes, outcome, status, organization_id, kind)
                DO UPDATE SET calls = usage_cell.calls + excluded.calls
                """)
        }
    }

    /// How many calls there were, by time and by what they are told apart, in that order.
    ///
    /// - Parameters:
    ///   - scope: Those alone that asked for this one, among others.
    ///   - isMostFirst: Whether those with the most calls come first.
    ///   - limit: So many rows at most.
    package borrowing func usage(
        _ extent: Extent, _ filter: UsageFilter, by grouping: UsageGrouping?, asking scope: String? = nil,
        isMostFirst: Bool = false, limit: Int
    ) throws -> [UsageRow] {
        let kinds = filter.kinds.map(\.rawValue).sorted()
        guard !kinds.isEmpty else { return [] }
        var condition: BoundSQL =
            "u.span = \(filter.span.milliseconds) AND u.at >= \(filter.from) AND u.at < \(filter.until)"
        // The order of the join is said: by the time alone the calls of all accounts would be looked at.
        var source: BoundSQL = "usage_cell u"
        switch (extent, filter.credential) {
        case (.organization(let path), let credential):
            condition = "u.organization_id = \(path.last) AND \(part: condition)"
            if let credential { condition = "u.credential = \(credential) AND \(part: condition)" }
        case (.within(let path), let credential?):
            condition = """
                u.credential = \(credential) AND u.organization_id IN (SELECT o.id FROM organization o
                WHERE o.path >= \(path.stored) AND o.path < \(path.storedEnd)) AND \(part: condition)
                """
        case (.within(let path), nil):
            source = "organization o CROSS JOIN usage_cell u"
            condition = """
                o.path >= \(path.stored) AND o.path < \(path.storedEnd) AND u.organization_id = o.id
                AND \(part: condition)
                """
        }
        if let scope {
            // LIKE would not tell capitals on SQLite.
            condition = """
                \(part: condition) AND replace(' ' || u.scopes || ' ', \(" \(scope) "), '') <> ' ' || u.scopes || ' '
                """
        }
        let group = grouping.columns
        let time: BoundSQL = filter.isTotal ? "" : "u.at"
        let told: BoundSQL =
            group.text.isEmpty || time.text.isEmpty
            ? "\(part: time)\(part: group)" : "\(part: time), \(part: group)"
        let order: BoundSQL = isMostFirst ? "SUM(u.calls) DESC, \(part: told)" : told
        let end: BoundSQL = told.text.isEmpty ? "" : "GROUP BY \(part: told) ORDER BY \(part: order)"
        let first: BoundSQL = filter.isTotal ? "NULL" : "u.at"
        let last: BoundSQL = group.text.isEmpty ? "" : ", \(part: group)"
        return try all(
            """
            SELECT CAST(SUM(u.calls) AS BIGINT),
            CAST(SUM(CASE WHEN u.outcome = \(CallTraits.admitted) THEN 0 ELSE u.calls END) AS BIGINT),
            \(part: first)\(part: last) FROM \(part: source)
            WHERE \(part: condition) AND u.kind IN (\(list: kinds)) \(part: end) LIMIT \(limit)
            """
        ) { row in
            UsageRow(
                at: try row.optionalInstant(2), group: try UsageRow.Group(row.from(3), by: grouping),
                calls: row.isNull(0) ? 0 : try row.count(0), refused: row.isNull(1) ? 0 : try row.count(1))
        }
    }

    /// Removes at most `limit` counts of hours or of days that began before `time`, and says how many.
    package borrowing func sweepUsage(of span: UsageSpan, before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM usage_cell WHERE
            (credential, span, at, secret, scopes, outcome, status, organization_id, kind) IN
            (SELECT credential, span, at, secret, scopes, outcome, status, organization_id, kind FROM usage_cell
            WHERE span = \(span.milliseconds) AND at < \(time) ORDER BY at LIMIT \(limit))
            """)
    }
}

private struct StoredCell: Hashable {
    let traits: CallTraits
    let span: UsageSpan
    let at: Instant

    init(_ traits: CallTraits, _ span: UsageSpan, _ at: Instant) {
        self.traits = traits
        self.span = span
        self.at = at
    }

    /// In the order of the columns, but for the count.
    var values: [StoredValue] {
        [
            (traits.credential ?? .absent).stored, span.milliseconds.stored, at.stored,
            (traits.secret ?? .absent).stored,
            traits.scopes.stored, traits.outcome.stored, traits.status.stored, traits.organization.stored,
            traits.account.stored, traits.kind.rawValue.stored,
        ]
    }
}

extension ID<AnyEntity> {
    /// What stands in a column of a key in the place of none.
    static let absent = ID(value: 0)

    /// Nil for what stands there in the place of none.
    var unlessAbsent: ID? { self == .absent ? nil : self }
}

extension UsageGrouping? {
    fileprivate var columns: BoundSQL {
        switch self {
        case .none: ""
        case .credential: "u.kind, u.credential"
        case .secret: "u.kind, u.credential, u.secret"
        case .organization: "u.organization_id"
        case .scope: "u.scopes"
        case .outcome: "u.outcome"
        case .status: "u.status"
        }
    }
}

extension UsageRow.Group {
    /// Reads what ``UsageGrouping/columns`` names.
    fileprivate init(_ row: StoredRow, by grouping: UsageGrouping?) throws(StoreError) {
        self.init()
        switch grouping {
        case .none: break
        case .credential, .secret:
            kind = try row.parsed(0, KeptRefusal.Kind.init(rawValue:))
            credential = try row.id(1, of: AnyEntity.self).unlessAbsent
            if grouping == .secret { secret = try row.id(2, of: AnyEntity.self).unlessAbsent }
        case .organization: organization = try row.id(0)
        case .scope: scopes = try row.text(0)
        case .outcome: outcome = try row.text(0)
        case .status: status = try row.count(0)
        }
    }
}
