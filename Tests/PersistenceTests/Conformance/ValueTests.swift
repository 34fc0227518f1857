import Persistence
import TestSupport
import Testing

@Suite("Store: values go in and come out")
struct ValueTests {
    static let texts = [
        "", "plain", "'; DROP TABLE note; --", "$1", "?1", "“déjà vu” 🔑", "\n\t\\", "%_",
        String(repeating: "long ", count: 50_000),
    ]

    @Test(arguments: StoreUnderTest.allCases, texts)
    func `a text is bound, not part of the statement`(_ engine: StoreUnderTest, _ text: String) async throws {
        try await engine.openWithScratch { store in
            let found = try await store.write { tx in
                try tx.execute("INSERT INTO anything (id, value_text) VALUES (1, \(text))")
                return try tx.first("SELECT value_text FROM anything WHERE value_text = \(text)") { try $0.text(0) }
            }
            #expect(found == text)
            try await expectNoteCount(0, in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a text with a NUL, which PostgreSQL cannot hold, is refused on every engine`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.openWithScratch { store in
            let error = await #expect(throws: StoreError.self) {
                try await store.write { tx in
                    try tx.execute("INSERT INTO anything (id, value_text) VALUES (1, \("a\0b"))")
                }
            }
            guard case .engine = error else {
                Issue.record("\(String(describing: error)) is not the engine's")
                return
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `bytes, numbers and nothing come back as they were`(_ engine: StoreUnderTest) async throws {
        let bytes: [[UInt8]?] = [nil, [], [0], [0, 39, 255], Array(repeating: 7, count: 100_000)]
        let numbers: [Int64?] = [nil, 0, -1, .min, .max]
        try await engine.openWithScratch { store in
            let found = try await store.write { tx in
                for (id, (bytes, number)) in zip(bytes, numbers).enumerated() {
                    try tx.execute(
                        "INSERT INTO anything (id, value_bytes, value_number) VALUES (\(id), \(bytes.stored), \(number.stored))"
                    )
                }
                return try tx.all("SELECT value_bytes, value_number, value_text FROM anything ORDER BY id") {
                    ($0[0], $0[1], $0.isNull(2))
                }
            }
            #expect(found.map(\.0) == bytes.map(\.stored))
            #expect(found.map(\.1) == numbers.map(\.stored))
            #expect(!found.map(\.2).contains(false))
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a value of another kind than asked for is an error`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            try await store.write { tx in try tx.insertNote(1) }
            let readers: [@Sendable (StoredRow) throws -> Void] = [
                { _ = try $0.integer(0) }, { _ = try $0.bytes(0) }, { _ = try $0.text(9) },
            ]
            for reader in readers {
                let error = await #expect(throws: StoreError.self) {
                    try await store.read { tx in _ = try tx.first("SELECT words FROM note", reader) }
                }
                guard case .unreadable = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a list binds each of its members`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            try await store.write { tx in
                for id in 0..<400 { try tx.insertNote(id) }
            }
            // More lengths, and so more texts, than the engine keeps compiled.
            for length in 1...300 {
                let wanted = Array(0..<length)
                let found = try await store.read { tx in
                    try tx.all("SELECT id FROM note WHERE id IN (\(list: wanted)) ORDER BY id") {
                        Int(try $0.integer(0))
                    }
                }
                #expect(found == wanted)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a statement may run while another of the same text gives rows`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let pairs = try await store.write { tx in
                for id in 1...3 { try tx.insertNote(id) }
                var pairs: [[Int]] = []
                _ = try tx.all("SELECT id FROM note ORDER BY id") { row in
                    let outer = Int(try row.integer(0))
                    for inner in try tx.noteIDs() { pairs.append([outer, inner]) }
                }
                return pairs
            }
            #expect(pairs.count == 9)
            #expect(pairs.first == [1, 1])
            #expect(pairs.last == [3, 3])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a statement tells how many rows it changed`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let changed = try await store.write { tx in
                for id in 1...5 { try tx.insertNote(id) }
                return [
                    try tx.execute("UPDATE note SET taken = 1 WHERE id < 4"),
                    try tx.execute("UPDATE note SET taken = 1 WHERE id > 90"),
                    try tx.execute("SELECT id FROM note"),
                    try tx.execute("DELETE FROM note"),
                ]
            }
            #expect(changed == [3, 0, 0, 5])
        }
    }
}
