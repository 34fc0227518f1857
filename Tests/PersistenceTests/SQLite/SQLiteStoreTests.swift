import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@Suite("SQLite engine")
struct SQLiteStoreTests {
    private func withStore<R>(
        _ limits: SQLiteLimits = SQLiteLimits(), _ use: (SQLiteStore, _ path: String) async throws -> R
    ) async throws -> R {
        try await withTemporaryFolder { folder in
            let path = folder + "/claviger.sqlite"
            let store = try await open(path, limits)
            let result = try await use(store, path)
            await store.close()
            return result
        }
    }

    private func open(_ path: String, _ limits: SQLiteLimits = SQLiteLimits()) async throws -> SQLiteStore {
        try await SQLiteStore.open(
            path: path, migrations: Migration.all + [.scratch], limits: limits, at: FixedClock().current)
    }

    private func mode(_ path: String) throws -> Int {
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        return try #require(mode).intValue
    }

    @Test(arguments: [
        ("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"), ("wal_autocheckpoint", "0"),
    ])
    func `the writer keeps its settings`(_ name: String, _ wanted: String) async throws {
        let statements: [String: BoundSQL] = [
            "synchronous": "PRAGMA synchronous", "journal_mode": "PRAGMA journal_mode",
            "foreign_keys": "PRAGMA foreign_keys", "wal_autocheckpoint": "PRAGMA wal_autocheckpoint",
        ]
        let statement = try #require(statements[name])
        try await withStore { store, _ in
            let found = try await store.write { tx in
                try tx.first(statement) { row in
                    if case .integer(let number) = row[0] { "\(number)" } else { try row.text(0) }
                }
            }
            #expect(found == wanted)
        }
    }

    @Test
    func `bodies that wait together share one commit`() async throws {
        try await withStore(SQLiteLimits(waitingBodies: 64)) { store, _ in
            let gate = Gate()
            async let holding: Void = store.write { tx in gate.pass() }
            await gate.reached()
            let before = store.statistics
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<65 {
                    group.addTask {
                        (try? await store.write { tx in try tx.insertNote(number) }) != nil
                    }
                }
                // One too many: its refusal says that the 64 others are waiting.
                #expect(await group.next() == false)
                gate.open()
                for await written in group { #expect(written) }
            }
            try await holding
            let after = store.statistics
            #expect(after.bodies - before.bodies == 65)
            #expect(after.commits - before.commits == 2)
        }
    }

    @Test
    func `a batch has a bound`() async throws {
        try await withStore(SQLiteLimits(waitingBodies: 20, batch: 5)) { store, _ in
            let gate = Gate()
            async let holding: Void = store.write { tx in gate.pass() }
            await gate.reached()
            let before = store.statistics
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<21 {
                    group.addTask {
                        (try? await store.write { tx in try tx.insertNote(number) }) != nil
                    }
                }
                #expect(await group.next() == false)
                gate.open()
                for await written in group { #expect(written) }
            }
            try await holding
            #expect(store.statistics.commits - before.commits == 1 + 4)
        }
    }

    @Test
    func `a body that throws before it writes does not make the others run again`() async throws {
        try await withStore(SQLiteLimits(waitingBodies: 20)) { store, _ in
            let gate = Gate()
            async let holding: Void = store.write { tx in gate.pass() }
            await gate.reached()
            let before = store.statistics
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<21 {
                    group.addTask {
                        do {
                            try await store.write { tx in
                                if number % 2 == 0 { throw Dislike() }
                                try tx.insertNote(number)
                            }
                            return false
                        } catch StoreError.overloaded {
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                #expect(await group.next() == true)
                gate.open()
                for await overloaded in group { #expect(!overloaded) }
            }
            try await holding
            #expect(store.statistics.commits - before.commits == 2)
        }
    }

    @Test
    func `a second store on the same file is refused while the first is open`() async throws {
        try await withStore { store, path in
            let error = await #expect(throws: SQLiteOpeningError.self) { _ = try await open(path) }
            #expect(error == .inUse(path: path))
            #expect("\(try #require(error))".contains(path))
            await store.close()
            await (try await open(path)).close()
        }
    }

    @Test
    func `a store that nobody closed gives its file back`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/claviger.sqlite"
            do {
                let store = try await open(path)
                try await store.write { tx in try tx.insertNote(1) }
            }
            // Its threads are still ending, so whoever opens the file next may have to ask again.
            var store: SQLiteStore?
            while store == nil {
                do { store = try await open(path) } catch SQLiteOpeningError.inUse { await Task.yield() }
            }
            #expect(try await store?.read { tx in try tx.noteIDs() } == [1])
            await store?.close()
        }
    }

    @Test
    func `the files are for their owner alone`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/data/deep/claviger.sqlite"
            let store = try await open(path)
            try await store.write { tx in try tx.insertNote(1) }
            for suffix in ["", "-wal", "-shm", ".lock"] {
                #expect(try mode(path + suffix) == 0o600, "\(suffix)")
            }
            #expect(try mode(folder + "/data/deep") == 0o700)
            await store.close()
        }
    }

    @Test
    func `closing leaves no write-ahead log behind`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/claviger.sqlite"
            let store = try await open(path)
            try await store.write { tx in try tx.insertNote(1) }
            await store.close()
            #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
        }
    }

    @Test
    func `the write-ahead log has a bound under steady load`() async throws {
        try await withStore(SQLiteLimits(checkpointFrames: 50, restartFrames: 200)) { store, path in
            let filling = String(repeating: "x", count: 4000)
            let ends = await race(16) { writer in
                for row in 0..<100 {
                    try await store.write { tx in
                        try tx.insertNote(writer * 100 + row, "\(filling)\(writer * 100 + row)")
                    }
                }
            }
            for end in ends { try end.get() }
            // Much more than this went through it: 1600 notes of 4 KB, and their indexes.
            let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? NSNumber
            #expect(try #require(size).intValue < 3_000_000)
            #expect(store.statistics.checkpoints > 0)
        }
    }

    @Test
    func `a full database fails what does not fit, and goes on`() async throws {
        try await withStore { store, _ in
            try await store.write { tx in
                try tx.insertNote(1)
                // Smaller than it is: so it may not grow at all.
                try tx.execute("PRAGMA max_page_count = 1")
            }
            let filling = String(repeating: "x", count: 100_000)
            let ends = await race(20) { number in
                try await store.write { tx in
                    try tx.insertNote(100 + number, number % 2 == 0 ? filling + "\(number)" : nil)
                }
            }
            #expect(ends.indices.filter { ends[$0].isSuccess } == Array(stride(from: 1, to: 20, by: 2)))
            try await store.write { tx in
                try tx.execute("PRAGMA max_page_count = 1000000")
                try tx.insertNote(2, filling)
            }
            try await expectNoteCount(12, in: store)
        }
    }

    @Test
    func `a commit that failed does not harm the next`() async throws {
        try await withStore { store, _ in
            // Nothing is left for the writer to commit, so its COMMIT fails.
            await #expect(throws: StoreError.self) {
                try await store.write { tx in _ = try tx.execute("ROLLBACK") }
            }
            try await store.write { tx in try tx.insertNote(1) }
            try await expectNotes([1], in: store)
        }
    }

    @Test
    func `a file that is no database is refused and not held`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/claviger.sqlite"
            try Data(repeating: 42, count: 8192).write(to: URL(fileURLWithPath: path))
            for _ in 0..<2 {
                let error = await #expect(throws: SQLiteOpeningError.self) { _ = try await open(path) }
                #expect("\(try #require(error))".contains("not a database"))
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 8192)
        }
    }

    @Test
    func `a folder that cannot be made is named`() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            let error = await #expect(throws: SQLiteOpeningError.self) {
                _ = try await open(folder + "/file/claviger.sqlite")
            }
            #expect("\(try #require(error))".contains(folder + "/file"))
        }
    }
}
