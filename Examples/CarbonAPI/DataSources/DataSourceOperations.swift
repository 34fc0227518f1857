/// Data sources, and what became of the files that came from them. The API that this one stands for shows neither.
struct DataSourceOperations: Sendable {
    let store: any Store
    let shelf: FileShelf
    let jobs: JobQueue
    let room: UploadRoom

    var all: [Operation] {
        [
            Operation(
                .get, "/datasource", for: .holders(.dataSourcesRead), envelope: .status,
                OperationDescription(
                    "listDataSources", "Data sources", ours: true, answer: 200, "DataSources",
                    query: Self.names.parameters), list),
            Operation(
                .post, "/datasource", for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "createDataSource", "Create a data source", ours: true, body: "DataSourceDraft", answer: 201,
                    "DataSource"), create),
            Operation(
                .get, "/datasource/{datasourceId}", for: .holders(.dataSourcesRead), envelope: .status,
                OperationDescription("getDataSource", "A data source", ours: true, answer: 200, "DataSource"), get),
            Operation(
                .patch, "/datasource/{datasourceId}", for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "editDataSource", "Edit a data source", ours: true, body: "DataSourceEdit", answer: 200,
                    "DataSource"),
                edit),
            Operation(
                .get, "/datasource/{datasourceId}/datasets", for: .holders(.dataSourcesRead), envelope: .status,
                OperationDescription(
                    "listDatasets", "Files that came, and what became of them", ours: true, answer: 200, "Datasets",
                    query: Self.names.parameters), listDatasets),
            Operation(
                .post, "/datasource/{datasourceId}/datasets", for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "sendRows", "Send rows in one call", ours: true, body: "Rows", bodyType: "text/csv", answer: 202,
                    "Dataset", query: [QueryParameter("fileName", Self.fileName)], failures: [507]), sendRows),
            Operation(
                .get, "/datasource/{datasourceId}/datasets/{datasetId}", for: .holders(.dataSourcesRead),
                envelope: .status,
                OperationDescription("getDataset", "A file and what became of it", ours: true, answer: 200, "Dataset"),
                getDataset),
        ]
    }

    private static let names = ListQuery.Names(
        search: "search", size: "perPage", mostSize: 500, sort: "sortField", columns: [("createdAt", "created_at")])

    private func list(_ call: Call) async throws -> Reply {
        let query = try ListQuery(call, Self.names)
        let (found, total) = try await store.read(try call.sight) { try $0.dataSources(query) }
        return query.reply(["datasources": .list(found.map(\.json))], total: total, to: call)
    }

    private func create(_ call: Call) async throws -> Reply {
        let (body, now, organization) = (try await call.json(), call.now, try call.caller.organization)
        let source = try await store.write(try call.sight) { transaction in
            let findings = Findings()
            let fields = Fields(body, findings)
            var home = organization
            if let unit = fields.uuid("buId") {
                if let found = try transaction.organization(uuid: unit) {
                    home = found.path
                } else {
                    fields.note("buId", .unknown, "there is no such organization")
                }
            }
            let source = DataSource(fields, in: home, at: now)
            try findings.check(status: 422)
            guard let source else { throw Refusal(422, "It is not valid.") }
            try transaction.insert(source)
            return source
        }
        return .json(source.json, status: 201)
    }

    private func get(_ call: Call) async throws -> Reply {
        let id = try call.id("datasourceId")
        let source = try await store.read(try call.sight) { try $0.dataSource(id) }
        guard let source else { throw Refusal.notFound }
        return .json(source.json)
    }

    private func edit(_ call: Call) async throws -> Reply {
        let (id, body) = (try call.id("datasourceId"), try await call.json())
        let edited = try await store.write(try call.sight) { transaction in
            guard var source = try transaction.dataSource(id) else { throw Refusal.notFound }
            let findings = Findings()
            source.edit(Fields(body, findings))
            try findings.check(status: 422)
            try transaction.update(source)
            return source
        }
        return .json(edited.json)
    }

    private func listDatasets(_ call: Call) async throws -> Reply {
        let (id, query) = (try call.id("datasourceId"), try ListQuery(call, Self.names))
        let (found, total) = try await store.read(try call.sight) { transaction in
            guard try transaction.dataSource(id) != nil else { throw Refusal.notFound }
            return try transaction.datasets(of: id, query)
        }
        return query.reply(["datasets": .list(found.map(\.json))], total: total, to: call)
    }

    private func getDataset(_ call: Call) async throws -> Reply {
        let (source, id) = (try call.id("datasourceId"), try call.id("datasetId"))
        let dataset = try await store.read(try call.sight) { try $0.dataset(id) }
        guard let dataset, dataset.dataSourceID == source else { throw Refusal.notFound }
        return .json(dataset.json)
    }

    /// Characters.
    static let mostFileName = 200
    private static let fileName: JSONValue = ["type": "string", "maxLength": .integer(mostFileName)]

    /// Datasets of a source that may wait at a time.
    static let mostWaiting = 100

    /// What comes in one call is laid on the shelf as an upload of one part.
    private func sendRows(_ call: Call) async throws -> Reply {
        let (id, now) = (try call.id("datasourceId"), call.now)
        let findings = Findings()
        let said = Fields(["fileName": .optional(call.query("fileName"))], findings)
            .text("fileName", most: Self.mostFileName)
        try findings.check(status: 422)
        let name = said ?? "rows"
        let source = try await store.read(try call.sight) { try $0.dataSource(id) }
        guard let source else { throw Refusal.notFound }
        let bytes = try await call.body()
        guard !bytes.isEmpty else { throw Refusal.invalid("body", .required, "there are no rows") }
        let file = try shelf.make()
        do {
            try file.write(bytes)
            let part = StoredPart(
                part: UploadedPart(number: 1, digest: try file.close()), size: file.size, file: file.name, range: nil)
            let upload = Upload(to: source, fileName: name, userEmail: source.userEmail, at: now)
            let dataset = Dataset(of: upload, files: [part.file], at: now)
            try await room.check(for: part.size)
            try await store.write(try call.sight) { transaction in
                guard try transaction.waitingDatasets(of: id) < Self.mostWaiting else { throw Refusal.tooManyWaiting }
                try transaction.insert(upload)
                try transaction.put(part, of: upload)
                try transaction.complete(upload, with: [part.part])
                try transaction.insert(dataset)
            }
            jobs.add(.dataset(dataset.id, dataset.organization))
            return .json(dataset.json, status: 202).with(
                "Location", call.link(below: "/datasource/\(id)/datasets/\(dataset.id)"))
        } catch {
            shelf.remove(file.name)
            throw error
        }
    }
}

extension Upload {
    /// A new one.
    init(to source: DataSource, fileName: String, userEmail: String, at now: Timestamp) {
        self.init(
            id: UUIDText.make(), organization: source.organization, dataSourceID: source.id, fileID: UUIDText.make(),
            fileName: fileName, userEmail: userEmail, completed: nil, createdAt: now)
    }
}

extension Dataset {
    /// What comes of an upload.
    init(of upload: Upload, files: [String], at now: Timestamp) {
        self.init(
            id: upload.fileID, organization: upload.organization, dataSourceID: upload.dataSourceID,
            fileName: upload.fileName, status: .received, files: files, rowCount: 0, rowsDone: 0, factCount: 0,
            errors: [], notes: [], createdAt: now, endedAt: nil)
    }
}

extension Refusal {
    static let tooManyWaiting: Refusal = {
        var refusal = Refusal(429, "Too many files of this data source wait. Try again later.")
        refusal.headers = [("Retry-After", "10")]
        return refusal
    }()
}

/// The bound on what all organizations together may have lying here.
struct UploadRoom: Sendable {
    let store: any Store
    /// Bytes.
    let most: Int

    /// - Throws: ``Refusal`` where so many bytes more do not fit.
    func check(for bytes: Int) async throws {
        let stored = try await store.read(.upkeep) { try $0.storedBytes() }
        guard stored + bytes <= most else {
            throw Refusal(507, "There is no room for it at the moment.")
        }
    }
}
