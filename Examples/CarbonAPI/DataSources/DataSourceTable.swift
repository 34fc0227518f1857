private let sourceColumns: SQLText = """
    id, organization_path, name, user_email, start_date, end_date, update_frequency, methods, activities, created_at
    """

private let uploadColumns: SQLText =
    "id, organization_path, data_source_id, file_id, file_name, user_email, parts, created_at"

private let datasetColumns: SQLText = """
    id, organization_path, data_source_id, file_name, status, files, row_count, rows_done, fact_count, errors, notes,
    created_at, ended_at
    """

// MARK: - Data sources

extension Transaction {
    func dataSources(_ query: ListQuery) throws -> ([DataSource], Int) {
        let part: SQLText = """
            FROM data_source WHERE \(sql: sees("organization_path")) AND \(sql: query.matches(["name"]))
            """
        let found = try rows("SELECT \(sql: sourceColumns) \(sql: part) \(sql: query.limit)").map(DataSource.init)
        return (found, try count("SELECT count(*) AS n \(sql: part)"))
    }

    func dataSource(_ id: String) throws -> DataSource? {
        try first(
            "SELECT \(sql: sourceColumns) FROM data_source WHERE id = \(id) AND \(sql: sees("organization_path"))"
        ).map(DataSource.init)
    }

    func insert(_ source: DataSource) throws {
        try run(
            """
            INSERT INTO data_source (\(sql: sourceColumns))
            VALUES (\(source.id), \(source.organization), \(source.name), \(source.userEmail),
                \(source.startDate.sqlValue), \(source.endDate.sqlValue), \(source.frequency.sqlValue),
                \(JSONValue.texts(source.methods).description), \(JSONValue.texts(source.activities).description),
                \(source.createdAt))
            """)
    }

    func update(_ source: DataSource) throws {
        try run(
            """
            UPDATE data_source SET name = \(source.name), user_email = \(source.userEmail),
                start_date = \(source.startDate.sqlValue), end_date = \(source.endDate.sqlValue),
                update_frequency = \(source.frequency.sqlValue),
                methods = \(JSONValue.texts(source.methods).description),
                activities = \(JSONValue.texts(source.activities).description)
            WHERE id = \(source.id) AND \(sql: sees("organization_path"))
            """)
    }
}

// MARK: - Uploads

extension Transaction {
    func openUploads(of source: String) throws -> Int {
        try count(
            "SELECT count(*) AS n FROM upload WHERE data_source_id = \(source) AND parts IS NULL")
    }

    func isOpen(upload id: String) throws -> Bool {
        try count(
            """
            SELECT count(*) AS n FROM upload WHERE id = \(id) AND parts IS NULL AND \(sql: sees("organization_path"))
            """) > 0
    }

    func upload(_ id: String) throws -> Upload? {
        try first(
            "SELECT \(sql: uploadColumns) FROM upload WHERE id = \(id) AND \(sql: sees("organization_path"))"
        ).map(Upload.init)
    }

    func insert(_ upload: Upload) throws {
        try run(
            """
            INSERT INTO upload (\(sql: uploadColumns))
            VALUES (\(upload.id), \(upload.organization), \(upload.dataSourceID), \(upload.fileID),
                \(upload.fileName), \(upload.userEmail), \(SQLValue.null), \(upload.createdAt))
            """)
    }

    func complete(_ upload: Upload, with parts: [UploadedPart]) throws {
        let text = JSONValue.list(parts.map(\.json)).description
        try run(
            "UPDATE upload SET parts = \(text) WHERE id = \(upload.id) AND \(sql: sees("organization_path"))")
    }

    func parts(of upload: String) throws -> [StoredPart] {
        try rows(
            """
            SELECT number, size, digest, file, range_start, range_total FROM upload_part
            WHERE upload_id = \(upload) AND \(sql: sees("organization_path")) ORDER BY number
            """
        ).map { row in
            var range: (Int, Int)?
            if let start = try row.optionalInteger("range_start") { range = (start, try row.integer("range_total")) }
            return StoredPart(
                part: UploadedPart(number: try row.integer("number"), digest: try row.text("digest")),
                size: try row.integer("size"), file: try row.text("file"), range: range)
        }
    }

    /// Keeps a part, in the place of one of the same number.
    func put(_ part: StoredPart, of upload: Upload) throws {
        try run(
            """
            DELETE FROM upload_part
            WHERE upload_id = \(upload.id) AND number = \(part.part.number) AND \(sql: sees("organization_path"))
            """)
        try run(
            """
            INSERT INTO upload_part (upload_id, number, organization_path, size, digest, file, range_start, range_total)
            VALUES (\(upload.id), \(part.part.number), \(upload.organization), \(part.size), \(part.part.digest),
                \(part.file), \((part.range?.start).sqlValue), \((part.range?.total).sqlValue))
            """)
    }

    /// Those of the files that are parts of uploads.
    func partFiles(among names: [String]) throws -> [String] {
        try rows(
            "SELECT file FROM upload_part WHERE file IN \(list: names) AND \(sql: sees("organization_path"))"
        ).map { try $0.text("file") }
    }

    /// Bytes of all uploads of all organizations.
    func storedBytes() throws -> Int {
        try count("SELECT CAST(coalesce(sum(size), 0) AS BIGINT) AS n FROM upload_part")
    }

    /// Open uploads that were begun before a moment.
    func uploads(openSinceBefore moment: Timestamp, limit: Int) throws -> [String] {
        try rows(
            "SELECT id FROM upload WHERE parts IS NULL AND created_at <= \(moment) ORDER BY created_at LIMIT \(limit)"
        ).map { try $0.text("id") }
    }

    /// Forgets the parts of a file that was read, and where they lay: lists of datasets would be long with the names of thousands.
    func releaseParts(ofFile file: String) throws {
        try run("UPDATE dataset SET files = '[]' WHERE id = \(file) AND \(sql: sees("organization_path"))")
        try run(
            """
            DELETE FROM upload_part WHERE \(sql: sees("organization_path"))
            AND upload_id IN (SELECT id FROM upload WHERE file_id = \(file))
            """)
    }

    func deleteUpload(_ id: String) throws {
        try run("DELETE FROM upload WHERE id = \(id) AND \(sql: sees("organization_path"))")
    }
}

// MARK: - Datasets

extension Transaction {
    func datasets(of source: String, _ query: ListQuery) throws -> ([Dataset], Int) {
        let part: SQLText = """
            FROM dataset WHERE data_source_id = \(source) AND \(sql: sees("organization_path"))
            AND \(sql: query.matches(["file_name"]))
            """
        let found = try rows("SELECT \(sql: datasetColumns) \(sql: part) \(sql: query.limit)").map(Dataset.init)
        return (found, try count("SELECT count(*) AS n \(sql: part)"))
    }

    func dataset(_ id: String) throws -> Dataset? {
        try first(
            "SELECT \(sql: datasetColumns) FROM dataset WHERE id = \(id) AND \(sql: sees("organization_path"))"
        ).map(Dataset.init)
    }

    /// Those that wait, of all organizations. One that cannot be read is no reason not to do the others.
    func waitingDatasets() throws -> [Result<Job, any Error>] {
        try rows(
            """
            SELECT id, organization_path FROM dataset
            WHERE status = \(Dataset.Status.received.rawValue) ORDER BY created_at LIMIT 10000
            """
        ).map { row in Result { try .dataset(row.text("id"), row.path("organization_path")) } }
    }

    func waitingDatasets(of source: String) throws -> Int {
        try count(
            """
            SELECT count(*) AS n FROM dataset
            WHERE data_source_id = \(source) AND status = \(Dataset.Status.received.rawValue)
            """)
    }

    func insert(_ dataset: Dataset) throws {
        try run(
            """
            INSERT INTO dataset (\(sql: datasetColumns))
            VALUES (\(dataset.id), \(dataset.organization), \(dataset.dataSourceID), \(dataset.fileName),
                \(dataset.status.rawValue), \(JSONValue.texts(dataset.files).description), \(dataset.rowCount),
                \(dataset.rowsDone), \(dataset.factCount),
                \(JSONValue.list(dataset.errors).description), \(JSONValue.list(dataset.notes).description),
                \(dataset.createdAt), \(dataset.endedAt.sqlValue))
            """)
    }

    func update(_ dataset: Dataset) throws {
        try run(
            """
            UPDATE dataset SET status = \(dataset.status.rawValue), row_count = \(dataset.rowCount),
                rows_done = \(dataset.rowsDone), fact_count = \(dataset.factCount),
                errors = \(JSONValue.list(dataset.errors).description),
                notes = \(JSONValue.list(dataset.notes).description), ended_at = \(dataset.endedAt.sqlValue)
            WHERE id = \(dataset.id) AND \(sql: sees("organization_path"))
            """)
    }
}

extension DataSource {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        name = try row.text("name")
        userEmail = try row.text("user_email")
        startDate = try row.optionalDate("start_date")
        endDate = try row.optionalDate("end_date")
        frequency = try row.optionalText("update_frequency")
        methods = try row.texts("methods")
        activities = try row.texts("activities")
        createdAt = try row.time("created_at")
    }
}

extension Upload {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        dataSourceID = try row.text("data_source_id")
        fileID = try row.text("file_id")
        fileName = try row.text("file_name")
        userEmail = try row.text("user_email")
        createdAt = try row.time("created_at")
        guard try row.optionalText("parts") != nil else {
            completed = nil
            return
        }
        guard let parts = try? UploadedPart.all(in: try row.json("parts")) else {
            throw StoreFailure.unreadable("parts")
        }
        completed = parts
    }
}

extension Dataset {
    fileprivate init(_ row: StoredRow) throws {
        id = try row.text("id")
        organization = try row.path("organization_path")
        dataSourceID = try row.text("data_source_id")
        fileName = try row.text("file_name")
        guard let status = Status(rawValue: try row.text("status")) else { throw StoreFailure.unreadable("status") }
        self.status = status
        files = try row.texts("files")
        rowCount = try row.integer("row_count")
        rowsDone = try row.integer("rows_done")
        factCount = try row.integer("fact_count")
        errors = try row.json("errors").asList ?? []
        notes = try row.json("notes").asList ?? []
        createdAt = try row.time("created_at")
        endedAt = try row.optionalInteger("ended_at").map { Timestamp(seconds: $0) }
    }
}
