private let columns: SQLText = """
    id, organization_path, status, wish, files, row_count, problem, created_at, expires_at
    """

extension Transaction {
    func export(_ id: String) throws -> Export? {
        try first("SELECT \(sql: columns) FROM export_job WHERE id = \(id) AND \(sql: sees("organization_path"))")
            .map(Export.init)
    }

    /// Those that wait or were broken off, of all organizations. One that cannot be read is no reason not to do the others.
    func waitingExports() throws -> [Result<Job, any Error>] {
        try rows(
            """
            SELECT id, organization_path FROM export_job
            WHERE status IN (\(Export.Status.queued.rawValue), \(Export.Status.running.rawValue))
            ORDER BY created_at LIMIT 10000
            """
        ).map { row in Result { try .export(row.text("id"), row.path("organization_path")) } }
    }

    func waitingExports(of organization: OrganizationPath) throws -> Int {
        try count(
            """
            SELECT count(*) AS n FROM export_job WHERE organization_path = \(organization)
            AND status IN (\(Export.Status.queued.rawValue), \(Export.Status.running.rawValue))
            """)
    }

    /// Those that have expired, with their files. One that cannot be read is no reason to keep it, or the others.
    func exports(expiredAt moment: Timestamp, limit: Int) throws -> [(id: String, files: [String])] {
        try rows(
            "SELECT id, files FROM export_job WHERE expires_at <= \(moment) ORDER BY expires_at LIMIT \(limit)"
        ).map { (try $0.text("id"), (try? $0.exportFiles) ?? []) }
    }

    /// All files of all exports.
    func exportFiles() throws -> [String] {
        try rows("SELECT files FROM export_job WHERE \(sql: sees("organization_path"))").flatMap { try $0.exportFiles }
    }

    func insert(_ export: Export) throws {
        try run(
            """
            INSERT INTO export_job (\(sql: columns))
            VALUES (\(export.id), \(export.organization), \(export.status.rawValue), \(export.wish.json.description),
                \(JSONValue.list(export.files.map(\.json)).description), \(export.rowCount),
                \(export.problem.sqlValue), \(export.createdAt), \(export.expiresAt))
            """)
    }

    func update(_ export: Export) throws {
        try run(
            """
            UPDATE export_job SET status = \(export.status.rawValue), row_count = \(export.rowCount),
                files = \(JSONValue.list(export.files.map(\.json)).description), problem = \(export.problem.sqlValue)
            WHERE id = \(export.id) AND \(sql: sees("organization_path"))
            """)
    }

    func deleteExport(_ id: String) throws {
        try run("DELETE FROM export_job WHERE id = \(id) AND \(sql: sees("organization_path"))")
    }
}

extension StoredRow {
    /// The names of an export's files.
    fileprivate var exportFiles: [String] {
        get throws { (try json("files").asList ?? []).compactMap { $0["name"]?.asText } }
    }
}

extension Export {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        guard let status = Status(rawValue: try row.text("status")) else { throw StoreFailure.unreadable("status") }
        self.status = status
        guard let wish = try? ExportWish(try row.json("wish")) else { throw StoreFailure.unreadable("wish") }
        self.wish = wish
        files = (try row.json("files").asList ?? []).compactMap { file in
            file["name"]?.asText.map { File(value: file["value"]?.asText, name: $0) }
        }
        rowCount = try row.integer("row_count")
        problem = try row.optionalText("problem")
        createdAt = try row.time("created_at")
        expiresAt = try row.time("expires_at")
    }
}
