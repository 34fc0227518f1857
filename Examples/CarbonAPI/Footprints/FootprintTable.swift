private let columns: SQLText = """
    f.id AS id, f.organization_path AS organization_path, f.product_id AS product_id, f.status AS status,
    f.created_at AS created_at, f.valid_start AS valid_start, f.valid_end AS valid_end, f.body AS body, f.older AS older
    """

/// Which footprints a list has.
struct FootprintFilter: Sendable {
    /// Within one name any of the values, between names all of them. In lower case.
    var terms: [Footprint.Term: [String]] = [:]
    var statuses: [String] = []
    var validOn: [Timestamp] = []
    var validAfter: [Timestamp] = []
    var validBefore: [Timestamp] = []
    /// All of them must hold.
    var comparisons: [FootprintComparison] = []

    fileprivate func condition(_ transaction: some Transaction, _ version: PactVersion) -> SQLText {
        var all: [SQLText] = [transaction.seesFootprint]
        if version == .two { all.append("f.older IS NOT NULL") }
        for (kind, values) in terms.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where !values.isEmpty {
            all.append(
                """
                EXISTS (SELECT 1 FROM footprint_term t
                        WHERE t.footprint_id = f.id AND t.kind = \(kind.rawValue) AND t.term IN \(list: values))
                """)
        }
        if !statuses.isEmpty { all.append("lower(f.status) IN \(list: statuses)") }
        for moment in validOn { all.append("f.valid_start <= \(moment) AND f.valid_end >= \(moment)") }
        for moment in validAfter { all.append("f.valid_start > \(moment)") }
        for moment in validBefore { all.append("f.valid_end < \(moment)") }
        for comparison in comparisons { all.append(comparison.condition.asVarying) }
        return SQLText.joined(all, " AND ")
    }
}

extension FootprintComparison {
    fileprivate var condition: SQLText {
        switch self {
        case .created(let relation, let moment): "f.created_at \(sql: relation.sign) \(moment)"
        case .ended(let relation, let moment): "f.valid_start \(sql: relation.sign) \(moment)"
        case .term(let kind, let relation, let text):
            """
            EXISTS (SELECT 1 FROM footprint_term t
                    WHERE t.footprint_id = f.id AND t.kind = \(kind.rawValue) AND t.term \(sql: relation.sign) \(text))
            """
        case .never: "1 = 0"
        }
    }
}

extension FootprintComparison.Relation {
    fileprivate var sign: SQLText {
        switch self {
        case .equal: "="
        case .less: "<"
        case .atMost: "<="
        case .greater: ">"
        case .atLeast: ">="
        }
    }
}

extension Transaction {
    /// The condition that a footprint `f` belongs to whom the transaction is for, or is shared with it.
    fileprivate var seesFootprint: SQLText {
        guard filters, case .within(let path) = sight else { return "1 = 1" }
        return """
            (\(sql: sees("f.organization_path")) OR EXISTS (
                SELECT 1 FROM footprint_share s
                WHERE s.footprint_id = f.id AND s.organization_path = f.organization_path AND s.partner = \(path.uuid)))
            """
    }

    /// A footprint that is one's own, and not only shared with one.
    func ownFootprint(_ id: String) throws -> Footprint? {
        guard case .within(let path) = sight, let found = try footprint(id) else { return nil }
        return found.organization.isWithin(path) ? found : nil
    }

    func share(_ footprint: Footprint, with partner: String) throws {
        try run(
            """
            INSERT INTO footprint_share (footprint_id, organization_path, partner)
            VALUES (\(footprint.id), \(footprint.organization), \(partner)) ON CONFLICT DO NOTHING
            """)
    }

    func unshare(_ id: String, with partner: String) throws {
        try run(
            """
            DELETE FROM footprint_share
            WHERE footprint_id = \(id) AND partner = \(partner) AND \(sql: sees("organization_path"))
            """)
    }

    /// With whom a footprint is shared.
    func partners(of id: String) throws -> [String] {
        try rows(
            """
            SELECT partner FROM footprint_share
            WHERE footprint_id = \(id) AND \(sql: sees("organization_path")) ORDER BY partner
            """
        ).map { try $0.text("partner") }
    }

    /// Footprints in the order in which they were made, of those that a version can tell of.
    func footprints(
        _ filter: FootprintFilter, of version: PactVersion, after place: (Timestamp, String)?, limit: Int
    ) throws -> [Footprint] {
        let behind: SQLText =
            place.map { time, id in "(f.created_at > \(time) OR (f.created_at = \(time) AND f.id > \(id)))" } ?? "1 = 1"
        return try rows(
            """
            SELECT \(sql: columns)
            FROM footprint f WHERE \(sql: filter.condition(self, version)) AND \(sql: behind)
            ORDER BY f.created_at, f.id LIMIT \(limit)
            """
        ).map(Footprint.init)
    }

    func footprint(_ id: String) throws -> Footprint? {
        try first(
            """
            SELECT \(sql: columns)
            FROM footprint f WHERE f.id = \(id) AND \(sql: seesFootprint)
            """
        ).map(Footprint.init)
    }

    func insert(_ footprint: Footprint) throws {
        let (start, end) = (footprint.validity.lowerBound, footprint.validity.upperBound)
        let older = footprint.older.map(\.description).sqlValue
        try run(
            """
            INSERT INTO footprint
                (id, organization_path, product_id, status, created_at, valid_start, valid_end, body, older)
            VALUES (\(footprint.id), \(footprint.organization), \(footprint.productID), \(footprint.status.rawValue),
                \(footprint.createdAt), \(start), \(end), \(footprint.body.description),
                \(older))
            """)
        for (kind, term) in footprint.terms {
            try run(
                """
                INSERT INTO footprint_term (footprint_id, organization_path, kind, term)
                VALUES (\(footprint.id), \(footprint.organization), \(kind.rawValue), \(term))
                """)
        }
    }

    /// Ends the active footprints of a product and a period.
    ///
    /// - Returns: Their identifiers.
    func deprecateFootprints(of product: String, validFrom start: Timestamp) throws -> [String] {
        let ids = try rows(
            """
            SELECT id FROM footprint WHERE product_id = \(product) AND status = \(Footprint.Status.active.rawValue)
            AND valid_start = \(start) AND \(sql: sees("organization_path"))
            """
        ).map { try $0.text("id") }
        for id in ids {
            try run(
                """
                UPDATE footprint SET status = \(Footprint.Status.deprecated.rawValue)
                WHERE id = \(id) AND \(sql: sees("organization_path"))
                """)
        }
        return ids
    }

    /// Keeps an event. One that came before is kept once.
    func keepEvent(
        _ id: String, of source: String, type: String, data: JSONValue, for organization: OrganizationPath,
        at now: Timestamp
    ) throws {
        try run(
            """
            INSERT INTO footprint_event (organization_path, source, id, type, data, received_at)
            VALUES (\(organization), \(source), \(id), \(type), \(data.description), \(now)) ON CONFLICT DO NOTHING
            """)
    }

    func eventCount(of organization: OrganizationPath) throws -> Int {
        try count("SELECT count(*) AS n FROM footprint_event WHERE organization_path = \(organization)")
    }

    func deleteOldestEvents(_ number: Int, of organization: OrganizationPath) throws {
        try run(
            """
            DELETE FROM footprint_event WHERE organization_path = \(organization) AND (source, id) IN (
                SELECT source, id FROM footprint_event WHERE organization_path = \(organization)
                ORDER BY received_at, source, id LIMIT \(number))
            """)
    }
}

extension Footprint {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        productID = try row.text("product_id")
        guard let status = Status(rawValue: try row.text("status")) else { throw StoreFailure.unreadable("status") }
        self.status = status
        createdAt = try row.time("created_at")
        let (start, end) = (try row.time("valid_start"), try row.time("valid_end"))
        validity = start..<max(start, end)
        body = try row.json("body")
        older = try row.optionalText("older").map { _ in try row.json("older") }
        terms = []
    }
}
