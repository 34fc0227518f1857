import Logging

/// Writes exports, a page of rows at a time: however many there are, no more than that is in memory.
struct ExportWriter: Sendable {
    let store: any Store
    let shelf: FileShelf
    let logger: Logger

    private static let page = 500
    private static let mostFiles = 100

    func write(_ id: String, of organization: OrganizationPath) async throws {
        let sight = Sight.within(organization)
        let found = try await store.read(sight) { try $0.export(id) }
        guard var export = found, export.status == .queued || export.status == .running else { return }
        // What was begun before the server ended begins anew.
        for file in export.files { shelf.remove(file.name) }
        (export.files, export.rowCount, export.status) = ([], 0, .running)
        var files: [NewFile] = []
        do {
            try await writeRows(of: &export, to: &files)
            for file in files { _ = try file.close() }
            export.status = .succeeded
        } catch {
            for file in files { shelf.remove(file.name) }
            if Job.isTriedAgain(after: error) { throw error }
            let known = (error as? TooManyFiles)?.text
            if known == nil {
                logger.error(
                    "an export could not be written", metadata: ["export": .string(id), "error": .string("\(error)")])
            }
            (export.files, export.status, export.problem) = ([], .failed, known ?? "It could not be written here.")
        }
        let ended = export
        try await store.write(sight) { try $0.update(ended) }
    }

    private struct TooManyFiles: Error {
        let text = "The column has more than \(ExportWriter.mostFiles) values."
    }

    private func writeRows(of export: inout Export, to files: inout [NewFile]) async throws {
        let (sight, period) = (Sight.within(export.organization), export.wish.period)
        let column = export.wish.partition.flatMap { EmissionFact.columns.firstIndex(of: $0) }
        var places: [String?: Int] = [:]
        if column == nil { places[nil] = try begin(nil, of: &export, in: &files) }
        var last = FactPlace.start
        while true {
            try Job.goOn()
            let after = last
            let rows = try await store.read(sight) { try $0.facts(period, after: after, limit: Self.page) }
            for row in rows {
                let key = column.map { row.cells.indices.contains($0) ? Self.text(row.cells[$0]) : "" }
                let place: Int
                if let known = places[key] {
                    place = known
                } else {
                    guard files.count < Self.mostFiles else { throw TooManyFiles() }
                    place = try begin(key, of: &export, in: &files)
                    places[key] = place
                }
                try files[place].write(Self.line(row.cells, export.wish.format))
            }
            export.rowCount += rows.count
            guard rows.count == Self.page, let end = rows.last?.place else { return }
            last = end
            let progress = export
            try await store.write(sight) { try $0.update(progress) }
        }
    }

    /// - Returns: Where the new file stands.
    private func begin(
        _ value: String?, of export: inout Export, in files: inout [NewFile]
    ) throws -> Int {
        let file = try shelf.make(isCompressed: export.wish.compression.file != nil)
        files.append(file)
        export.files.append(Export.File(value: value, name: file.name))
        switch export.wish.format {
        case .csv: try file.write(Self.csv(EmissionFact.columns.map { .text($0) }))
        case .json: break
        }
        return files.count - 1
    }

    private static func line(_ cells: [JSONValue], _ format: ExportWish.Format) -> [UInt8] {
        switch format {
        case .csv: csv(cells)
        case .json:
            JSONValue.object(
                zip(EmissionFact.columns, cells).map { JSONValue.Member(name: $0, value: $1) }
            ).bytes + [0x0A]
        }
    }

    /// Besides what RFC 4180 names, what a spreadsheet of another language or setting parts cells at: behind it a formula could begin.
    private static let needsQuotes: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D, UInt8(ascii: ";"), 0x09]

    /// A record of RFC 4180. No cell begins as a formula does.
    private static func csv(_ cells: [JSONValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let text = text(cell)
            // A number is none.
            let safe = Exact(text) == nil ? FormulaGuard.guarded(text) : text
            if safe.utf8.contains(where: { needsQuotes.contains($0) }) {
                bytes += "\"\(safe.replacing("\"", with: "\"\""))\"".utf8
            } else {
                bytes += safe.utf8
            }
        }
        return bytes + [0x0D, 0x0A]
    }

    private static func text(_ cell: JSONValue) -> String {
        switch cell {
        case .null: ""
        case .text(let text): text
        case .bool, .number, .list, .object: cell.description
        }
    }
}

/// Takes away exports that have expired.
struct ExportSweeper: Sendable {
    let store: any Store
    let shelf: FileShelf

    private static let batch = 100

    func sweep(at now: Timestamp) async throws {
        for export in try await store.read(.upkeep, { try $0.exports(expiredAt: now, limit: Self.batch) }) {
            try await store.write(.upkeep) { try $0.deleteExport(export.id) }
            for file in export.files { shelf.remove(file) }
        }
    }
}
