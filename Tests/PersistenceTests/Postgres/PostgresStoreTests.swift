import Foundation
import Model
import Persistence
import PersistencePostgres
import Synchronization
import TestSupport
import Testing

@Suite("PostgreSQL: connections come and go")
struct PostgresStoreTests {
    @Test func `a store whose connections were all ended goes on`() async throws {
        try await withScratchDatabase { database in
            let store = try await open(database.uri)
            try await store.write { tx in try tx.insertNote(1) }
            try await expectNotes([1], in: store)
            try database.endConnections()
            try await store.write { tx in try tx.insertNote(2) }
            try await expectNotes([1, 2], in: store)
            await store.close()
        }
    }

    /// More than a connection keeps prepared, so that it has the server forget them in between.
    @Test func `no transaction notices that statements before it were forgotten`() async throws {
        try await withScratchDatabase { database in
            let store = try await open(database.uri)
            for number in Int64(1)...1200 {
                let statement = BoundSQL(stringLiteral: "SELECT \(number)")
                let read = try await store.read { tx in try tx.first(statement) { try $0.integer(0) } }
                let written = try await store.write { tx in try tx.first(statement) { try $0.integer(0) } }
                try #require(read == number && written == number)
            }
            await store.close()
        }
    }

    @Test func `a body whose connection is lost before its end runs again, and counts once`() async throws {
        try await withScratchDatabase { database in
            let store = try await open(database.uri)
            let runs = Atomic(0)
            try await store.write { tx in
                try tx.insertNote(1)
                if runs.add(1, ordering: .relaxed).newValue == 1 { try database.endConnections() }
                try tx.insertNote(2)
            }
            #expect(runs.load(ordering: .relaxed) == 2)
            try await expectNotes([1, 2], in: store)
            await store.close()
        }
    }

    @Test func `a commit whose reply was lost is looked up, and not made twice`() async throws {
        try await withScratchDatabase { database in
            let cuts = Atomic(0)
            let relay = try Relay(to: database.port) { bytes in
                guard bytes.contains("COMMIT"), bytes.contains("pg_notify") || cuts.load(ordering: .relaxed) == 0
                else { return .pass }
                return cuts.add(1, ordering: .relaxed).newValue == 1 ? .passAndCut : .pass
            }
            let store = try await open(database.uri(through: relay.port))
            // The first commit of the connection that writes is the first to be cut: opening was through another.
            let heard = Heard(on: store)
            let runs = Atomic(0)
            try await store.write { tx in
                _ = runs.add(1, ordering: .relaxed)
                try tx.insertNote(Int(runs.load(ordering: .relaxed)))
                tx.announce(.keyRing)
            }
            #expect(cuts.load(ordering: .relaxed) >= 1)
            #expect(runs.load(ordering: .relaxed) == 1)
            #expect(heard.changes == [.keyRing])
            try await expectNotes([1], in: store)
            await store.close()
            relay.close()
        }
    }

    @Test func `a server that falls silent is given up in time`() async throws {
        try await withScratchDatabase { database in
            let relay = try Relay(to: database.port)
            let limits = PostgresLimits(
                readers: 1, patience: .seconds(10), statement: .seconds(3), connecting: .seconds(3))
            let store = try await open(database.uri(through: relay.port), limits: limits)
            try await expectNotes([], in: store)
            relay.fallSilent()
            let read = await #expect(throws: StoreError.self) { try await store.read { tx in try tx.noteCount() } }
            let write = await #expect(throws: StoreError.self) { try await store.write { tx in try tx.insertNote(1) } }
            #expect(read?.isTemporary == true)
            #expect(write?.isTemporary == true)
            await store.close()
            relay.close()
        }
    }

    @Test func `a statement that takes too long fails its own body alone, and its connection goes on`() async throws {
        try await withScratchDatabase { database in
            let limits = PostgresLimits(
                readers: 1, patience: .seconds(60), statement: .seconds(5), connecting: .seconds(30))
            let store = try await open(database.uri, limits: limits)
            let before = try await store.write { tx in try tx.backend() }
            let ends = await race(40) { number in
                try await store.write { tx in
                    try tx.insertNote(number)
                    if number == 20 { _ = try tx.first("SELECT 1 FROM pg_sleep(600)") { _ in true } }
                }
            }
            #expect(ends.indices.filter { !ends[$0].isSuccess } == [20])
            let error = #expect(throws: StoreError.self) { try ends[20].get() }
            guard case .slow? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            try await expectNotes((0..<40).filter { $0 != 20 }, in: store)
            #expect(try await store.write { tx in try tx.backend() } == before)
            await store.close()
        }
    }

    @Test func `nobody listens there, and opening says so without the password`() async throws {
        let port = try FreePort.find()
        let error = await #expect(throws: PostgresOpeningError.self) {
            _ = try await open("postgres://ada:dont-show-this@127.0.0.1:\(port)/claviger")
        }
        let text = try #require(error?.description)
        #expect(text.contains("cannot be reached"))
        #expect(!text.contains("dont-show-this"))
    }

    @Test
    func `what the server says of a disk, of too many connections and of changes to a standby is no mistake of ours`()
        async throws
    {
        try await withScratchDatabase { database in
            let store = try await open(
                database.uri,
                limits: PostgresLimits(
                    readers: 1, patience: .seconds(3), statement: .seconds(30), connecting: .seconds(30)))
            let full = await #expect(throws: StoreError.self) {
                try await store.write { tx in try tx.perform(.failing("53100")) }
            }
            guard case .unwritable(.full, _)? = full else {
                Issue.record("\(String(describing: full))")
                return
            }
            let crowded = await #expect(throws: StoreError.self) {
                try await store.write { tx in try tx.perform(.failing("53300")) }
            }
            guard case .unavailable? = crowded else {
                Issue.record("\(String(describing: crowded))")
                return
            }
            let standby = await #expect(throws: StoreError.self) {
                try await store.write { tx in
                    try tx.perform("SET TRANSACTION READ ONLY")
                    try tx.insertNote(1)
                }
            }
            guard case .unavailable(let problem)? = standby else {
                Issue.record("\(String(describing: standby))")
                return
            }
            #expect(problem.contains("read-only transaction"))
            try await store.write { tx in try tx.insertNote(2) }
            try await expectNotes([2], in: store)
            await store.close()
        }
    }

    @Test func `of several hosts the one that answers is taken`() async throws {
        try await withScratchDatabase { database in
            let closed = try FreePort.find()
            let uri = database.uri.replacing(
                "127.0.0.1:\(database.port)", with: "127.0.0.1:\(closed),127.0.0.1:\(database.port)")
            let store = try await open(uri)
            try await expectNotes([], in: store)
            await store.close()
        }
    }
}

@Suite("PostgreSQL: many nodes on one database")
struct ManyNodesTests {
    @Test func `nodes that start at once on an empty database bring the schema up together`() async throws {
        let database = try await PostgresDatabase.make()
        let ends = await race(4) { _ in try await open(database.uri) }
        for end in ends {
            let store = try end.get()
            try await expectNotes([], in: store)
            await store.close()
        }
    }

    @Test func `a limit that bodies count and keep holds across nodes`() async throws {
        try await withScratchDatabase { database in
            let nodes = [try await open(database.uri), try await open(database.uri), try await open(database.uri)]
            let ends = await race(90) { number in
                try await nodes[number % 3].write { tx in
                    guard try tx.noteCount() < 10 else { throw Dislike() }
                    try tx.insertNote(number)
                }
            }
            #expect(ends.count { $0.isSuccess } == 10)
            for end in ends {
                if case .failure(let error) = end { #expect(error is Dislike, "\(error)") }
            }
            try await expectNoteCount(10, in: nodes[0])
            for node in nodes { await node.close() }
        }
    }

    @Test func `of many on three nodes who take the same thing at once, one gets it`() async throws {
        try await withScratchDatabase { database in
            let nodes = [try await open(database.uri), try await open(database.uri), try await open(database.uri)]
            for note in 1...10 {
                try await nodes[0].write { tx in try tx.insertNote(note) }
                let ends = await race(24) { number in
                    try await nodes[number % 3].write { tx in
                        try tx.execute("UPDATE note SET taken = 1 WHERE id = \(note) AND taken = 0")
                    }
                }
                #expect(try ends.map { try $0.get() }.reduce(0, +) == 1)
            }
            for node in nodes { await node.close() }
        }
    }
}

// MARK: - Databases

private func withScratchDatabase(_ use: (PostgresDatabase) async throws -> Void) async throws {
    let database = try await PostgresDatabase.make()
    await (try await open(database.uri)).close()
    try await use(database)
}

private func open(_ uri: String, limits: PostgresLimits = .forTests()) async throws -> PostgresStore {
    try await PostgresStore.open(
        PostgresAddress(uri), migrations: Migration.all + [.scratch], limits: limits, at: FixedClock().current)
}

extension PostgresDatabase {
    /// The port of its server.
    var port: Int { URLComponents(string: uri)?.port ?? 0 }

    /// Its address by way of a relay.
    func uri(through port: Int) -> String { uri.replacing(":\(self.port)/", with: ":\(port)/") }

    /// Ends every connection to it but its own.
    func endConnections() throws {
        let statement: BoundSQL = """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        _ = try PostgresStore.peek(at: PostgresAddress(uri)) { tx in try tx.first(statement) { try $0.integer(0) } }
    }
}

extension Transaction {
    /// Which process of the server serves this connection.
    fileprivate borrowing func backend() throws -> Int64? {
        try first("SELECT pg_backend_pid()::bigint") { try $0.integer(0) }
    }
}

extension [UInt8] {
    /// Whether these bytes hold that text.
    fileprivate func contains(_ text: String) -> Bool {
        String(decoding: self, as: UTF8.self).contains(text)
    }
}

extension BoundSQL {
    /// Has the server itself report a condition.
    fileprivate static func failing(_ state: StaticString) -> BoundSQL {
        "DO $$ BEGIN RAISE EXCEPTION 'said by a test' USING ERRCODE = '\(fixed: state)'; END $$"
    }
}
