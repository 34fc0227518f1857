import Foundation
import Locking
import Logging
import TestSupport
import Testing

@testable import CarbonAPI

@Suite("The store and the jobs that wait in it", .onEveryEngine)
struct StoreTests {
    private let path: OrganizationPath

    init() throws {
        path = try #require(OrganizationPath(Sample.group))
    }

    @Test func `what an export asks is answered by the index of its order, however many facts there are`() async throws
    {
        let steps = try await OpenStore.with { [path, engine = StoreUnderTest.current] open in
            try await open.store.read(.within(path)) { transaction in
                let explaining = Explaining(transaction, engine)
                // Of an empty table it would read everything and sort it.
                for setting: SQLText in ["SET LOCAL enable_seqscan = off", "SET LOCAL enable_sort = off"]
                where engine == .postgres { try transaction.run(setting) }
                for years in [[2024, 2025], []] {
                    let period = ExportPeriod(years: years, start: nil, end: CalendarDate(days: 20_089))
                    _ = try explaining.facts(period, after: .start, limit: 1000)
                }
                return explaining.steps
            }
        }
        #expect(steps.contains { $0.contains("fact_organization") }, "\(steps)")
        for step in steps {
            #expect(!step.contains("SCAN f") && !step.contains("Seq Scan on fact"), "\(step)")
            #expect(!step.contains("TEMP B-TREE") && !step.contains("Sort"), "\(step)")
        }
    }

    @Test func `what cannot be read keeps no other job from being done, and is told in the log`() async throws {
        let (broken, read) = (try dataset(), try dataset())
        let (failing, empty) = (try export(of: 2025), try export(of: 2024))
        let lines = Lines()
        let ends = try await OpenStore.with { [path] open in
            let store = open.store
            try await store.write(.within(path)) { transaction in
                for (source, dataset) in [broken, read] {
                    try transaction.insert(source)
                    try transaction.insert(dataset)
                }
                var done = read.dataset
                done.status = .processed
                try transaction.update(done)
                let fact = EmissionFact(
                    id: UUIDText.make(), organization: path, date: CalendarDate(days: 20_089), cells: [])
                try transaction.insert([fact], of: done.id)
                try transaction.showFacts(of: done.id, to: [path])
                try transaction.run("UPDATE fact SET cells = 'x'")
                try transaction.insert(failing)
                try transaction.insert(empty)
            }
            try await store.write(.upkeep) { transaction in
                for place in ["nowhere", path.text] {
                    try transaction.run(
                        """
                        INSERT INTO export_job (id, organization_path, status, wish, files, row_count, created_at, expires_at)
                        VALUES (\(UUIDText.make()), \(place), 'QUEUED', '{}', '[]', 0, 0, 0)
                        """)
                }
            }
            let jobs = try open.jobs(Logger(label: "test") { _ in LineHandler(lines) })
            let work = Task { try await jobs.run() }
            defer { work.cancel() }
            var ends: [String] = []
            try await eventually {
                ends = try await store.read(.within(path)) { transaction in
                    let dataset = try transaction.dataset(broken.dataset.id)
                    return [
                        dataset.map { "\($0.status.rawValue) \($0.files.count)" } ?? "",
                        try transaction.export(failing.id)?.status.rawValue ?? "",
                        try transaction.export(empty.id)?.status.rawValue ?? "",
                    ]
                }
                return ends == ["REJECTED 0", "FAILED", "SUCCEEDED"]
            }
            work.cancel()
            try await work.value
            return ends
        }
        #expect(ends == ["REJECTED 0", "FAILED", "SUCCEEDED"])
        for text in [
            "a job that waits cannot be read", "a job failed", "a file could not be read",
            "an export could not be written",
        ] {
            #expect(lines.all.contains(text), "\(text) in \(lines.all)")
        }
    }

    @Test func `what refers to something that is gone meanwhile is a conflict, and no fault of ours`() async throws {
        let id = UUIDText.make()
        let structure = ProductStructure(
            id: id, organization: path, productID: id, facilityID: id, facilityName: "Plant",
            validFrom: CalendarDate(days: 20_089), route: nil, customerID: id, createdAt: .now, updatedAt: .now)
        let operation = try #require(LocationOperations().all.first)
        let status = try await OpenStore.with { [path] open in
            do {
                try await open.store.write(.within(path)) { try $0.insert(structure) }
                return 201
            } catch {
                return CarbonResponder.refusal(for: error, of: operation, Logger(label: "test")).status
            }
        }
        #expect(status == 409)
    }

    @Test func `of too many events the oldest go`() async throws {
        let counts = try await OpenStore.with { [path] open in
            try await open.store.write(.within(path)) { transaction -> [Int] in
                func keep(_ id: String, at seconds: Int) throws -> Int {
                    try transaction.keepEvent(
                        id, of: "//partner", type: "t", data: [:], for: path, at: Timestamp(seconds: seconds))
                    return try transaction.eventCount(of: path)
                }
                let before = [try keep("b", at: 1), try keep("a", at: 2), try keep("c", at: 3), try keep("c", at: 4)]
                try transaction.deleteOldestEvents(1, of: path)
                return before + [try keep("a", at: 5), try keep("c", at: 5), try keep("b", at: 5)]
            }
        }
        #expect(counts == [1, 2, 3, 3, 2, 2, 3])
    }

    @Test func `of too many requests for footprints the oldest go that wait no longer, and one that is there stays`()
        async throws
    {
        let left = try await OpenStore.with { [path] open in
            try await open.store.write(.within(path)) { transaction in
                for (number, second) in [(1, 1), (2, 2), (3, 3), (4, 4), (4, 5)] {
                    var request = try Self.request("\(number)", for: path, at: Timestamp(seconds: second))
                    if number > 1 { request.succeed() }
                    try transaction.insert(request)
                }
                try transaction.deleteEndedFootprintRequests(of: path, keeping: 2)
                return try (1...4).filter { try transaction.hasFootprintRequest("\($0)", of: "s", for: path) }
            }
        }
        #expect(left == [1, 3, 4])
    }

    @Test func `requests that cannot be read wait behind all others, and who takes nothing is called once a round`()
        async throws
    {
        let lines = Lines()
        let host = try await PartnerHost()
        host.setAway(true)
        let (left, waiting) = try await OpenStore.with { [path] open in
            let file = try host.file(naming: ["s"], of: path.text, in: open.folder.path)
            let (store, moment) = (open.store, Timestamp.now)
            try await store.write(.within(path)) { transaction in
                for number in 1...70 {
                    try transaction.insert(
                        try Self.request("\(number)", for: path, at: moment.advanced(by: number - 100)))
                }
                let last = moment.advanced(by: 65 - 100)
                try transaction.run("UPDATE footprint_request SET version = 'x' WHERE received_at <= \(last)")
            }
            let answerer = RequestAnswerer(
                store: store, partners: try PartnerBook(file: file), bell: AnswerBell(), interval: 60,
                pause: 60, logger: Logger(label: "test") { _ in LineHandler(lines) })
            let work = Task { try await answerer.run() }
            defer { work.cancel() }
            var left = -1
            try await eventually {
                left = try await store.read(.upkeep) { try $0.dueFootprintRequests(at: moment, limit: 100).count }
                return left == 0
            }
            work.cancel()
            try await work.value
            let later = moment.advanced(by: 2 * FootprintRequest.longestPause)
            return (left, try await store.read(.upkeep) { try $0.dueFootprintRequests(at: later, limit: 100) })
        }
        #expect(left == 0 && waiting.count == 70)
        #expect(waiting.compactMap { try? $0.request.get().attempts } == [1, 1, 1, 1, 1])
        #expect(host.refused == 1)
        #expect(lines.all.count { $0 == "a request for footprints cannot be read" } == 65)
    }

    @Test(.endedIfItHangs)
    func `a partner whose answer does not end takes nothing`() async throws {
        let host = try await PartnerHost()
        host.setUnending()
        try await withTemporaryFolder { folder in
            let file = try host.file(naming: ["s"], of: path.text, in: folder)
            let partner = try #require(try PartnerBook(file: file).partner("s", of: path))
            let post = PartnerPost(patience: .milliseconds(200))
            await #expect(throws: PartnerPost.NotTaken.self) { try await post.bring(.null, of: .three, to: partner) }
        }
    }

    @Test func `an export that cannot be read expires like the others`() async throws {
        let left = try await OpenStore.with { [path, export = try export(of: 2025)] open in
            try await open.store.write(.within(path)) { transaction in
                for text in ["{}", export.wish.json.description] {
                    try transaction.run(
                        """
                        INSERT INTO export_job
                        (id, organization_path, status, wish, files, row_count, created_at, expires_at)
                        VALUES (\(UUIDText.make()), \(path), 'SUCCEEDED', \(text), 'x', 0, 0, 0)
                        """)
                }
            }
            try await ExportSweeper(store: open.store, shelf: try FileShelf(in: open.folder.path)).sweep(at: .now)
            return try await open.store.read(.upkeep) { try $0.exportFiles() }
        }
        #expect(left.isEmpty)
    }

    @Test func `a file of organizations that is none says where it is wrong`() async throws {
        let told = try await OpenStore.with { open in
            let book = OrganizationBook(open.store)
            let path = open.folder.path + "/organizations.json"
            var told: [String] = []
            for text in ["", "{", "[]", #"{"organizations":[{"path":"nowhere","name":"A"}]}"#] {
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                do {
                    try await book.readNames(from: path)
                } catch let error as UnreadableNames {
                    told.append("\(error)")
                }
            }
            return told
        }
        #expect(told.count == 4 && told.allSatisfy { $0.contains("organizations.json: ") }, "\(told)")
    }

    @Test func `a file of partners that is none, or that others may read, says so`() throws {
        let folder = try Folder()
        let (path, link) = (folder.path + "/partners.json", folder.path + "/link.json")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        func partner(_ base: String) -> String {
            """
            {"source":"s","organization":"\(self.path.text)","base":"\(base)","clientId":"i","clientSecret":"x"}
            """
        }
        let near = partner("http://127.0.0.1:1")
        for (text, mode, problem) in [
            ("{", 0o600, "no JSON"), (#"{"partners":[]}"#, 0o600, "partners"),
            (#"{"partners":[\#(partner("http://partner.example"))]}"#, 0o600, "partners[0].base: an https://"),
            (#"{"partners":[\#(near),\#(near)]}"#, 0o600, "twice"),
            (#"{"partners":[\#(near)]}"#, 0o604, "chmod 600"), (#"{"partners":[\#(near)]}"#, 0o600, ""),
        ] {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            // A link is everybody's to read, and says nothing of what it leads to.
            for name in [path, link] {
                do {
                    let book = try PartnerBook(file: name)
                    let endpoint = book.partner("s", of: self.path)?.tokenEndpoint
                    #expect(problem.isEmpty && endpoint == "http://127.0.0.1:1/auth/token")
                } catch let error as PartnerBook.Unreadable {
                    #expect(!problem.isEmpty && "\(error)".contains(problem), "\(error)")
                }
            }
        }
    }

    private static func request(
        _ event: String, for path: OrganizationPath, at now: Timestamp
    ) throws -> FootprintRequest {
        let asked = try PactEvent(
            [
                "specversion": "1.0", "id": .text(event), "source": "s", "time": "2026-01-01T00:00:00Z",
                "type": .text(PactVersion.three.type(of: .requestCreated)), "data": ["productId": "urn:x"],
            ], of: .three)
        return FootprintRequest(asked, .three, for: path, base: "http://127.0.0.1:1", at: now)
    }

    /// A data source, and a file of it that lies nowhere.
    private func dataset() throws -> (source: DataSource, dataset: Dataset) {
        let fields = Fields(["name": "Bills", "userEmail": "a@example.com"], Findings())
        let source = try #require(DataSource(fields, in: path, at: .now))
        let upload = Upload(to: source, fileName: "f", userEmail: source.userEmail, at: .now)
        return (source, Dataset(of: upload, files: [UUIDText.make()], at: .now))
    }

    private func export(of year: Int) throws -> Export {
        Export(
            id: UUIDText.make(), organization: path, status: .queued,
            wish: try ExportWish(["filters": ["financialYears": [.integer(year)]]]), files: [], rowCount: 0,
            problem: nil, createdAt: .now, expiresAt: .now)
    }
}

/// An empty store on the engine that is tried, and a folder.
private struct OpenStore: Sendable {
    let store: any Store
    let folder: Folder
    /// Lasts as long as this.
    private let database: PostgresDatabase?

    static func with<R>(_ body: (OpenStore) async throws -> R) async throws -> R {
        let open = try await OpenStore()
        do {
            let result = try await body(open)
            await open.store.close()
            return result
        } catch {
            await open.store.close()
            throw error
        }
    }

    private init() async throws {
        folder = try Folder()
        switch StoreUnderTest.current {
        case .sqlite:
            database = nil
            store = try SQLiteStore(path: folder.path + "/carbon.sqlite")
        case .postgres:
            let made = try await PostgresDatabase.make()
            database = made
            store = try await PostgresStore.open(made.uri, connections: 2)
        }
    }

    /// Who does what waits.
    func jobs(_ logger: Logger) throws -> JobService {
        let shelf = try FileShelf(in: folder.path)
        return JobService(
            store: store, queue: JobQueue(), datasets: DatasetProcessor(store: store, shelf: shelf, logger: logger),
            exports: ExportWriter(store: store, shelf: shelf, logger: logger),
            sweepers: JobService.Sweepers(
                uploads: UploadSweeper(store: store, shelf: shelf, lifetime: 60),
                exports: ExportSweeper(store: store, shelf: shelf), shelf: ShelfSweeper(store: store, shelf: shelf)),
            logger: logger)
    }
}

/// Has the engine say how it would answer, and answers nothing.
private final class Explaining: Transaction {
    private let transaction: any Transaction
    private let engine: StoreUnderTest
    private(set) var steps: [String] = []

    init(_ transaction: any Transaction, _ engine: StoreUnderTest) {
        self.transaction = transaction
        self.engine = engine
    }

    var sight: Sight { transaction.sight }
    var filters: Bool { transaction.filters }

    func rows(_ statement: SQLText) throws -> [StoredRow] {
        var question: SQLText
        let column: String
        switch engine {
        case .sqlite: (question, column) = ("EXPLAIN QUERY PLAN ", "detail")
        case .postgres: (question, column) = ("EXPLAIN ", "QUERY PLAN")
        }
        question.append(statement)
        steps += try transaction.rows(question).map { try $0.text(column) }
        return []
    }

    func run(_ statement: SQLText) throws -> Int { try transaction.run(statement) }
}

/// What was logged.
private final class Lines: Sendable {
    private let lines = Lock<[String]>([])

    var all: [String] { lines.withLock(\.self) }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct LineHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    init(_ lines: Lines) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.message)") }
}
