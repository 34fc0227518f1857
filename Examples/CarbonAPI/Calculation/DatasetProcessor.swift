import Logging

/// Reads a file that has come and calculates what is in it: once to see whether all of it is right, and then once more to keep what
/// comes of it. A file that is not right all through changes nothing.
struct DatasetProcessor: Sendable {
    let store: any Store
    let shelf: FileShelf
    let logger: Logger

    /// Rows of a transaction.
    private static let batch = 200
    /// Emissions after which a transaction ends, however few rows those are of: a bill of materials can be long.
    private static let mostFacts = 2000

    /// - Parameter organization: That of the file, whose facilities and products it may name.
    func process(_ id: String, of organization: OrganizationPath) async throws {
        let sight = Sight.within(organization)
        let found = try await store.read(sight) { transaction -> (Dataset, DataSource)? in
            guard let dataset = try transaction.dataset(id), dataset.status == .received,
                let source = try transaction.dataSource(dataset.dataSourceID)
            else { return nil }
            return (dataset, source)
        }
        guard case (var dataset, let source)? = found else { return }
        dataset.rowsDone = 0
        dataset.factCount = 0
        // What was begun before the server ended begins anew.
        while try await store.write(sight, { try $0.deleteFacts(of: id, limit: 5000) }) > 0 { try Job.goOn() }
        var organizations: Set<OrganizationPath> = []
        do {
            if try await pass(&dataset, source, keeps: false, &organizations) {
                _ = try await pass(&dataset, source, keeps: true, &organizations)
            }
        } catch {
            if Job.isTriedAgain(after: error) { throw error }
            logger.error(
                "a file could not be read", metadata: ["dataset": .string(id), "error": .string("\(error)")])
            dataset.status = .rejected
            dataset.errors = [
                Finding(field: "file", code: .invalid, message: "it could not be read here", line: 1).json
            ]
        }
        if dataset.status == .rejected {
            while try await store.write(sight, { try $0.deleteFacts(of: id, limit: 5000) }) > 0 {}
        }
        dataset.endedAt = .now
        let (ended, shown) = (dataset, Array(organizations))
        try await store.write(sight) { transaction in
            try transaction.update(ended)
            try transaction.releaseParts(ofFile: id)
            if ended.status == .processed { try transaction.showFacts(of: id, to: shown) }
        }
        for file in dataset.files { shelf.remove(file) }
    }

    /// Goes through the file.
    ///
    /// - Returns: Whether all of it is right. Its state says so, too.
    private func pass(
        _ dataset: inout Dataset, _ source: DataSource, keeps: Bool, _ organizations: inout Set<OrganizationPath>
    ) async throws -> Bool {
        let sight = Sight.within(dataset.organization)
        var reader = try ActivityReader(FileBytes(dataset.files.map { shelf.path(of: $0) }))
        var findings: [Finding] = []
        var (rows, count): ([ActivityRow], Int) = ([], 0)
        var isAtEnd = false
        while !isAtEnd, findings.count < Dataset.mostFindings {
            if let line = try reader.next() {
                count += 1
                switch line {
                case .problem(let finding): findings.append(finding)
                case .cells(let cells, let number):
                    if let row = ActivityRow(cells, line: number, &findings) { rows.append(row) }
                }
            } else {
                isAtEnd = true
            }
            guard isAtEnd || rows.count == Self.batch else { continue }
            dataset.rowCount = max(dataset.rowCount, count)
            while !rows.isEmpty {
                try Job.goOn()
                let (batch, state) = (rows, dataset)
                let body: @Sendable (any Transaction) throws -> Outcome = { transaction in
                    try Self.calculate(batch, state, source, transaction, keeps: keeps)
                }
                let outcome = keeps ? try await store.write(sight, body) : try await store.read(sight, body)
                findings += outcome.findings
                organizations.formUnion(outcome.organizations)
                if keeps {
                    dataset.rowsDone += outcome.rows
                    dataset.factCount += outcome.facts
                    dataset.notes += outcome.notes.map(\.json)
                        .prefix(max(0, Dataset.mostFindings - dataset.notes.count))
                }
                rows.removeFirst(outcome.rows)
            }
        }
        dataset.rowCount = max(dataset.rowCount, count)
        if count == 0 {
            findings.append(Finding(field: "file", code: .required, message: "there are no rows", line: 1))
        }
        dataset.status = findings.isEmpty ? (keeps ? .processed : .received) : .rejected
        dataset.errors = findings.prefix(Dataset.mostFindings).map(\.json)
        return findings.isEmpty
    }

    private struct Outcome: Sendable {
        /// How many rows were looked at.
        let rows: Int
        let findings: [Finding]
        let notes: [Finding]
        let facts: Int
        let organizations: Set<OrganizationPath>
    }

    private static func calculate(
        _ rows: [ActivityRow], _ dataset: Dataset, _ source: DataSource, _ transaction: any Transaction, keeps: Bool
    ) throws -> Outcome {
        var calculator = RowCalculator(transaction, dataset, source, at: .now)
        var done = 0
        while done < rows.count, calculator.facts.count + calculator.notes.count < mostFacts {
            try calculator.add(rows[done])
            done += 1
        }
        if keeps, calculator.findings.isEmpty {
            try transaction.insert(calculator.facts, of: dataset.id)
            var progress = dataset
            progress.rowsDone += done
            try transaction.update(progress)
        }
        return Outcome(
            rows: done, findings: calculator.findings, notes: calculator.notes, facts: calculator.facts.count,
            organizations: Set(calculator.facts.map(\.organization)))
    }
}
