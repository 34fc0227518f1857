/// Which time an export is about.
struct ExportPeriod: Sendable {
    let years: [Int]
    let start: CalendarDate?
    let end: CalendarDate?
}

/// What somebody wants exported, and how.
struct ExportWish: Sendable {
    enum Format: String, Sendable {
        case csv = "CSV"
        case json = "JSON"

        /// How names of its files end.
        var ending: String {
            switch self {
            case .csv: "csv"
            case .json: "jsonl"
            }
        }

        var contentType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .json: "application/jsonl"
            }
        }
    }

    enum Compression: String, Sendable {
        case plain = "none"
        case gzip

        /// What its files are, and how their names end, where they are not simply of the format.
        var file: (contentType: String, ending: String)? {
            switch self {
            case .plain: nil
            case .gzip: ("application/gzip", ".gz")
            }
        }
    }

    let period: ExportPeriod
    let format: Format
    let compression: Compression
    /// A column; a file is written for each of its values.
    let partition: String?

    /// Reads a wish.
    ///
    /// - Throws: ``Refusal`` (422).
    init(_ body: JSONValue) throws {
        let findings = Findings()
        let filters = Fields(body["filters"] ?? .object([]), prefix: "filters.", findings)
        let form = Fields(body["format"] ?? .object([]), prefix: "format.", findings)
        let years = Self.years(body["filters"]?["financialYears"], filters)
        let (start, end) = (filters.date("startDate"), filters.date("endDate"))
        if years == nil, start == nil || end == nil {
            filters.note("financialYears", .required, "financialYears, or startDate and endDate, are needed")
        }
        if let start, let end, end < start { filters.note("endDate", .outOfRange, "it is before startDate") }
        let format = Format(rawValue: (form.text("type") ?? "JSON").uppercased())
        if format == nil { form.note("type", .invalid, "CSV and JSON are written") }
        // In any case.
        let word = (form.text("compression") ?? Compression.plain.rawValue).lowercased()
        let compression = Compression(rawValue: word == "auto" ? Compression.gzip.rawValue : word)
        if compression == nil { form.note("compression", .invalid, "none and gzip (or auto) are done") }
        let columns = form.texts("partitionedBy") ?? []
        if columns.count > 1 { form.note("partitionedBy", .outOfRange, "one column is possible") }
        if let column = columns.first, !EmissionFact.columns.contains(column) {
            form.note("partitionedBy", .unknown, "there is no such column")
        }
        try findings.check(status: 422)
        period = ExportPeriod(years: years ?? [], start: start, end: end)
        self.format = format ?? .json
        self.compression = compression ?? .plain
        partition = columns.first
    }

    /// - Returns: Nil where nothing is said of years, none where that is wrong.
    private static func years(_ value: JSONValue?, _ filters: Fields) -> [Int]? {
        guard let value, !value.isNull else { return nil }
        // What is no list is like one without a year.
        let elements = value.asList ?? []
        let years = elements.compactMap { element -> Int? in
            switch element {
            case .number(let digits): Int(digits)
            case .text(let text): Int(text)
            case .null, .bool, .list, .object: nil
            }
        }
        guard years.count == elements.count, (1...50).contains(years.count),
            years.allSatisfy({ (1900...2200).contains($0) })
        else {
            filters.note("financialYears", .invalid, "a list of 1 to 50 years is expected")
            return []
        }
        return years
    }

    /// The body that says all of it, as it is kept.
    var json: JSONValue {
        var filters: [(String, JSONValue)] = []
        if !period.years.isEmpty { filters.append(("financialYears", .list(period.years.map { .integer($0) }))) }
        if let start = period.start { filters.append(("startDate", .text(start.description))) }
        if let end = period.end { filters.append(("endDate", .text(end.description))) }
        return ["filters": JSONValue.object([]).with(filters), "format": formatJSON]
    }

    var formatJSON: JSONValue {
        [
            "type": .text(format.rawValue), "compression": .text(compression.rawValue),
            "partitionedBy": .texts([partition].compactMap { $0 }),
        ]
    }
}

/// An export, asked for and perhaps done.
struct Export: Sendable {
    enum Status: String, Sendable {
        case queued = "QUEUED"
        case running = "RUNNING"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
    }

    struct File: Sendable {
        /// That of the column by which files are parted, nil where there is one file.
        let value: String?
        /// On the shelf.
        let name: String

        var json: JSONValue { ["value": .optional(value), "name": .text(name)] }
    }

    let id: String
    let organization: OrganizationPath
    var status: Status
    let wish: ExportWish
    var files: [File]
    /// Rows that were written so far.
    var rowCount: Int
    var problem: String?
    let createdAt: Timestamp
    let expiresAt: Timestamp

    func json(urls: [String]) -> JSONValue {
        [
            "status": .text(status.rawValue), "exportId": .text(id), "urls": .texts(urls),
            "format": wish.formatJSON, "rowCount": .integer(rowCount), "problem": .optional(problem),
            "createdAt": .text(createdAt.description), "expiresAt": .text(expiresAt.description),
        ]
    }
}
