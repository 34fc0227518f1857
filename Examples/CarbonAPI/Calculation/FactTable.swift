/// Where a fact stands in the order of all.
struct FactPlace: Sendable {
    let organization: String
    let id: String

    static let start = FactPlace(organization: "", id: "")
}

extension Transaction {
    func insert(_ facts: [EmissionFact], of dataset: String) throws {
        for fact in facts {
            try run(
                """
                INSERT INTO fact (id, organization_path, dataset_id, calendar_date, financial_year, cells)
                VALUES (\(fact.id), \(fact.organization), \(dataset), \(fact.date), \(fact.date.year),
                    \(JSONValue.list(fact.cells).description))
                """)
        }
    }

    /// Takes away what a calculation that was broken off has left.
    func deleteFacts(of dataset: String, limit: Int) throws -> Int {
        try run(
            """
            DELETE FROM fact WHERE id IN (
                SELECT id FROM fact WHERE dataset_id = \(dataset) AND \(sql: sees("organization_path")) LIMIT \(limit))
            """)
    }

    /// Facts of files that were read to their end, by organization and then by identifier, as rows of cells. There is an index in this
    /// order, so that a page costs the same wherever it begins.
    func facts(
        _ period: ExportPeriod, after place: FactPlace, limit: Int
    ) throws -> [(place: FactPlace, cells: [JSONValue])] {
        let years: SQLText =
            period.years.isEmpty
            ? "1 = 1" : "f.financial_year IN (\(sql: SQLText.joined(period.years.map { "\($0)" }, ", ")))"
        let start: SQLText = period.start.map { "f.calendar_date >= \($0.firstOfMonth)" } ?? "1 = 1"
        let end: SQLText = period.end.map { "f.calendar_date <= \($0)" } ?? "1 = 1"
        return try rows(
            """
            SELECT f.id AS id, f.organization_path AS organization_path, f.cells AS cells FROM fact f
            WHERE \(sql: sees("f.organization_path"))
            AND (f.organization_path, f.id) > (\(place.organization), \(place.id))
            AND \(sql: years) AND \(sql: start) AND \(sql: end)
            AND EXISTS (SELECT 1 FROM processed_dataset p
                        WHERE p.dataset_id = f.dataset_id AND p.organization_path = f.organization_path)
            ORDER BY f.organization_path, f.id LIMIT \(limit)
            """
        ).map { row in
            let place = FactPlace(organization: try row.text("organization_path"), id: try row.text("id"))
            return (place, try row.json("cells").asList ?? [])
        }
    }

    /// Lets the facts of a file be seen. They belong to several organizations, and not all of these see the file itself.
    func showFacts(of dataset: String, to organizations: [OrganizationPath]) throws {
        for organization in organizations {
            try run(
                "INSERT INTO processed_dataset (dataset_id, organization_path) VALUES (\(dataset), \(organization))")
        }
    }
}
