/// The multipart upload: begun, sent part by part in any order, completed.
struct UploadOperations: Sendable {
    let store: any Store
    let shelf: FileShelf
    let jobs: JobQueue
    let room: UploadRoom

    var all: [Operation] {
        [
            // It makes something, so it needs the right to write, GET or not.
            Operation(
                .get, "/datasource/{datasourceId}/upload", for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "startUpload", "Begin an upload", answer: 201, "UploadStarted", query: Self.begun, failures: [422]),
                start),
            Operation(
                .post, "/datasource/{datasourceId}/upload/start", for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "startUploadByPost", "Begin an upload", ours: true, answer: 201, "UploadStarted",
                    query: Self.begun, failures: [422]), start),
            Operation(
                .post, "/datasource/{datasourceId}/upload", for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "sendPart", "Send a part", body: "PartForm", bodyType: "multipart/form-data", answer: 201,
                    "UploadPart", failures: [507]), send),
            Operation(
                .post, "/datasource/{datasourceId}/upload/{uploadId}/file/{fileId}/complete",
                for: .holders(.dataSourcesWrite), envelope: .status,
                OperationDescription(
                    "completeUpload", "End an upload", body: "UploadCompletion", answer: 200, "UploadStatus"), complete),
            Operation(
                .get, "/datasource/{datasourceId}/upload/{uploadId}", for: .holders(.dataSourcesWrite),
                envelope: .status,
                OperationDescription(
                    "getUpload", "Which parts have come, to go on where it was broken off", ours: true, answer: 200,
                    "UploadPart"), get),
        ]
    }

    /// Characters.
    private static let mostEmail = 300

    /// What the query of a beginning says.
    private static let begun = [
        required("userEmail", most: mostEmail), required("fileName", most: DataSourceOperations.mostFileName),
    ]

    private static func required(_ name: String, most: Int) -> QueryParameter {
        QueryParameter(
            name, ["type": "string", "minLength": .integer(1), "maxLength": .integer(most)], required: true)
    }

    /// Uploads of a source that may be open at a time.
    private static let mostOpen = 10
    /// Bytes of a part; the last one may be smaller.
    private static let leastPart = 5_000_000
    private static let mostPart = 104_857_600

    private func start(_ call: Call) async throws -> Reply {
        let (id, now) = (try call.id("datasourceId"), call.now)
        let findings = Findings()
        let fields = Fields(
            ["userEmail": .optional(call.query("userEmail")), "fileName": .optional(call.query("fileName"))], findings)
        let email = fields.text("userEmail", required: true, most: Self.mostEmail)
        let name = fields.text("fileName", required: true, most: DataSourceOperations.mostFileName)
        let wrong = findings.all
        let upload = try await store.write(try call.sight) { transaction in
            guard let source = try transaction.dataSource(id) else { throw Refusal.notFound }
            guard let email, let name else { throw Refusal.invalid(wrong) }
            guard try transaction.openUploads(of: id) < Self.mostOpen else {
                throw Refusal(429, "\(Self.mostOpen) uploads of this data source are open already.")
            }
            let upload = Upload(to: source, fileName: name, userEmail: email, at: now)
            try transaction.insert(upload)
            return upload
        }
        return .json(
            [
                "status": "Multipart Upload started", "uploadId": .text(upload.id), "fileId": .text(upload.fileID),
            ], status: 201)
    }

    private func get(_ call: Call) async throws -> Reply {
        let (source, id) = (try call.id("datasourceId"), try call.id("uploadId"))
        let (parts, isOpen) = try await store.read(try call.sight) { transaction -> ([UploadedPart], Bool) in
            guard let upload = try transaction.upload(id), upload.dataSourceID == source else { throw Refusal.notFound }
            if let completed = upload.completed { return (completed, false) }
            return (try transaction.parts(of: id).map(\.part), true)
        }
        return .json([
            "dataSourceId": .text(source), "parts": .list(parts.map(\.json)),
            "status": isOpen ? "Upload Open" : Self.done,
        ])
    }

    // MARK: - Parts

    /// What a form says.
    private struct Form {
        var upload: String?
        var number: String?
        var digest: String?
        var file: NewFile?
    }

    @concurrent private func send(_ call: Call) async throws -> Reply {
        let source = try call.id("datasourceId")
        let known = try await store.read(try call.sight) { try $0.dataSource(source) }
        guard known != nil else { throw Refusal.notFound }
        try await room.check(for: Self.leastPart)
        var form = Form()
        do {
            try await read(call, into: &form)
            try await room.check(for: form.file?.size ?? 0)
            let (part, old) = try await keep(form, of: source, call)
            if let old { shelf.remove(old) }
            return .json(
                ["dataSourceId": .text(source), "parts": [part.json], "status": "Upload Complete"], status: 201)
        } catch {
            if let file = form.file { shelf.remove(file.name) }
            throw error
        }
    }

    @concurrent private func read(_ call: Call, into form: inout Form) async throws {
        var reader = try MultipartReader(call)
        var names: Set<String> = []
        while let name = try await reader.nextPart() {
            guard names.count < 20 else { throw Refusal(400, "The form has too many fields.") }
            guard names.insert(name).inserted else {
                throw Refusal.invalid(String(name.prefix(50)), .duplicate, "it comes twice", status: 400)
            }
            switch name {
            case "uploadId": form.upload = try await reader.text(most: 100)
            case "partNo": form.number = try await reader.text(most: 20)
            case "file":
                let file = try shelf.make()
                form.file = file
                while let piece = try await reader.nextPiece() {
                    guard file.size + piece.count <= Self.mostPart else {
                        throw Refusal(413, "A part has at most \(Self.mostPart) bytes.")
                    }
                    try file.write(piece)
                }
                form.digest = try file.close()
            default: break
            }
        }
    }

    /// - Returns: The part, and the file of the one that was in its place before.
    private func keep(_ form: Form, of source: String, _ call: Call) async throws -> (UploadedPart, String?) {
        let number = form.number.flatMap { Int($0) }.flatMap { UploadedPart.numbers.contains($0) ? $0 : nil }
        let findings = Findings()
        let id = form.upload.flatMap { UUIDText.parse($0) }
        if id == nil { findings.add("uploadId", form.upload == nil ? .required : .invalid, "a UUID is expected") }
        if number == nil {
            findings.add(
                "partNo", form.number == nil ? .required : .invalid, "a whole number from 1 to 10000 is expected")
        }
        let file = form.file.map { (name: $0.name, size: $0.size) }
        if file == nil { findings.add("file", .required, "it is missing") }
        let range = try Self.range(call.header("Content-Range"), size: file?.size ?? 0, findings)
        try findings.check(status: 422)
        guard let id, let number, let file, let digest = form.digest else { throw Refusal.notFound }
        let part = StoredPart(
            part: UploadedPart(number: number, digest: digest), size: file.size, file: file.name, range: range)
        return try await store.write(try call.sight) { transaction in
            guard let upload = try transaction.upload(id), upload.dataSourceID == source else { throw Refusal.notFound }
            guard upload.completed == nil else { throw Refusal(422, "The upload is complete already.") }
            let others = try transaction.parts(of: id)
            if let range {
                for other in others where other.part.number != number {
                    guard let known = other.range else { continue }
                    let isBefore = other.part.number < number
                    let fits =
                        isBefore ? known.start + other.size <= range.start : range.start + part.size <= known.start
                    guard fits, known.total == range.total else {
                        throw Refusal.invalid(
                            "Content-Range", .invalid, "it does not go with part \(other.part.number)")
                    }
                }
            }
            try transaction.put(part, of: upload)
            return (part.part, others.first { $0.part.number == number }?.file)
        }
    }

    /// Reads `bytes 0-4999999/12000000`. Nobody has to send it; what is sent must be true.
    private static func range(_ field: String?, size: Int, _ findings: Findings) throws -> (start: Int, total: Int)? {
        guard let field else { return nil }
        guard let match = field.wholeMatch(of: /bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})/),
            let start = Int(match.1), let end = Int(match.2), let total = Int(match.3),
            start <= end, end < total, end - start + 1 == size
        else {
            findings.add("Content-Range", .invalid, "it is not bytes A-B/TOTAL of this part")
            return nil
        }
        return (start, total)
    }

    // MARK: - The end

    private static let done: JSONValue = "Multipart Upload Complete"

    private func complete(_ call: Call) async throws -> Reply {
        let (source, id, file) = (try call.id("datasourceId"), try call.id("uploadId"), try call.id("fileId"))
        let (body, now) = (try await call.json(), call.now)
        let dataset = try await store.write(try call.sight) { transaction -> Dataset? in
            guard let upload = try transaction.upload(id), upload.dataSourceID == source, upload.fileID == file else {
                throw Refusal.notFound
            }
            let findings = Findings()
            _ = Fields(body, findings).text("fileName", most: DataSourceOperations.mostFileName)
            try findings.check(status: 422)
            let said = try UploadedPart.all(in: body["parts"] ?? .null)
            if let completed = upload.completed {
                guard completed == said else { throw Refusal(422, "The upload was completed with other parts.") }
                return nil
            }
            let stored = try transaction.parts(of: id)
            try Self.check(said, stored)
            guard try transaction.waitingDatasets(of: source) < DataSourceOperations.mostWaiting else {
                throw Refusal.tooManyWaiting
            }
            let dataset = Dataset(of: upload, files: stored.map(\.file), at: now)
            try transaction.complete(upload, with: said)
            try transaction.insert(dataset)
            return dataset
        }
        if let dataset { jobs.add(.dataset(dataset.id, dataset.organization)) }
        return .json(["status": Self.done])
    }

    /// - Throws: ``Refusal`` unless what the client counts up is what has come, from 1 without a gap.
    private static func check(_ said: [UploadedPart], _ stored: [StoredPart]) throws {
        guard !said.isEmpty else { throw Refusal.invalid("parts", .required, "there is no part") }
        let findings = Findings()
        for (index, part) in said.enumerated() where part.number != index + 1 {
            findings.add("parts", .invalid, "part \(index + 1) is missing or comes twice")
            break
        }
        let digests = Dictionary(stored.map { ($0.part.number, $0.part.digest) }) { first, _ in first }
        for part in said where digests[part.number] != part.digest {
            findings.add("parts", .unknown, "part \(part.number) has not come with this ETag")
        }
        if stored.count > said.count { findings.add("parts", .invalid, "\(stored.count) parts have come") }
        for part in stored.dropLast() where part.size < leastPart {
            findings.add("parts", .outOfRange, "part \(part.part.number) has fewer than \(leastPart) bytes")
        }
        try findings.check(status: 422)
    }
}
