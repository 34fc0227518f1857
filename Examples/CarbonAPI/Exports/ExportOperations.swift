/// The corporate footprint, exported in the background and fetched when it is done.
struct ExportOperations: Sendable {
    let store: any Store
    let shelf: FileShelf
    let jobs: JobQueue
    let links: ExportLinks
    let verifier: any CallerVerifier

    var all: [Operation] {
        [
            Operation(
                .post, "/export", for: .holders(.corporateFootprint), envelope: .status,
                OperationDescription(
                    "createExport", "Ask for an export of the corporate footprint", body: "ExportWish", answer: 201,
                    "ExportCreated"), create),
            // Reading what came of it is as sensitive as asking for it.
            Operation(
                .get, "/export/{exportId}", for: .holders(.corporateFootprint), envelope: .status,
                OperationDescription("getExport", "How far an export is, and where it lies", answer: 200, "Export"), get
            ),
            Operation(
                .get, "/export/{exportId}/download", for: .everybody, envelope: .status,
                OperationDescription(
                    "downloadExport", "A file of an export, by an address of five minutes", answer: 200, "ExportFile",
                    as: ["text/csv", "application/jsonl", "application/gzip"], query: ["token*"]), download),
        ]
    }

    private static let mostWaiting = 20
    /// Seconds that an export is kept.
    private static let lifetime = 7 * 86_400

    private func create(_ call: Call) async throws -> Reply {
        let wish = try ExportWish(try await call.json())
        let export = Export(
            id: UUIDText.make(), organization: try call.caller.organization, status: .queued, wish: wish, files: [],
            rowCount: 0, problem: nil, createdAt: call.now, expiresAt: call.now.advanced(by: Self.lifetime))
        try await store.write(try call.sight) { transaction in
            guard try transaction.waitingExports(of: export.organization) < Self.mostWaiting else {
                var refusal = Refusal(429, "\(Self.mostWaiting) exports wait already.")
                refusal.headers = [("Retry-After", "10")]
                throw refusal
            }
            try transaction.insert(export)
        }
        jobs.add(.export(export.id, export.organization))
        return .json(["status": .text(export.status.rawValue), "exportId": .text(export.id)], status: 201)
    }

    private func get(_ call: Call) async throws -> Reply {
        let id = try call.id("exportId")
        let found = try await store.read(try call.sight) { try $0.export(id) }
        guard let export = found, let credential = call.credential else { throw Refusal.notFound }
        let (format, compressed) = (export.wish.format, export.wish.compression.file)
        var urls: [String] = []
        if case .succeeded = export.status {
            for (number, file) in export.files.enumerated() {
                let suffix = export.files.count > 1 ? "-\(number + 1)" : ""
                let target = ExportLinks.Target(
                    export: id, organization: export.organization, file: file.name,
                    name: "corporate-footprint\(suffix).\(format.ending)\(compressed?.ending ?? "")",
                    contentType: compressed?.contentType ?? format.contentType, isCompressed: compressed != nil,
                    credential: credential)
                let token = try await links.make(for: target, at: call.now)
                urls.append(call.link(below: "/export/\(id)/download?token=\(token)"))
            }
        }
        return .json(export.json(urls: urls))
    }

    private func download(_ call: Call) async throws -> Reply {
        let id = try call.id("exportId")
        guard let target = await links.target(of: call.query("token") ?? "", at: call.now), target.export == id else {
            throw Refusal.notFound
        }
        switch await verifier.verdict(on: target.credential, from: call.address) {
        case .unknown: throw Refusal.busy
        case .refused: throw Refusal.notFound
        case .caller(let caller):
            // What the credential may and sees can have changed since.
            guard caller.scopes.contains(APIScope.corporateFootprint.rawValue),
                target.organization.isWithin(caller.organization)
            else { throw Refusal.notFound }
        }
        let still = try await store.read(.within(target.organization)) { try $0.export(id) }
        guard still != nil else { throw Refusal.notFound }
        return Reply(
            status: 200,
            headers: [
                ("Content-Type", target.contentType),
                ("Content-Disposition", "attachment; filename=\"\(target.name)\""),
            ], body: .file(FileChunks(path: shelf.path(of: target.file), isCompressed: target.isCompressed)))
    }
}
