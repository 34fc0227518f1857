import Persistence
import TestSupport
import Testing

@Suite("Store: many writers")
struct ConcurrencyTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `what 64 writers were told is written is there`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let ends = await race(64) { writer in
                for row in 0..<25 {
                    try await store.write { tx in try tx.insertNote(writer * 25 + row) }
                }
            }
            for end in ends { try end.get() }
            try await expectNotes(Array(0..<1600), in: store)
        }
    }

    /// Ways in which a body can fail, each after it has written.
    enum Guilt: CaseIterable {
        case throwsItsOwnError, breaksARule, breaksARuleAtCommit
    }

    @Test(arguments: StoreUnderTest.allCases, Guilt.allCases)
    func `a guilty body does not disturb those it shares a commit with`(
        _ engine: StoreUnderTest, _ guilt: Guilt
    ) async throws {
        try await engine.openWithScratch { store in
            try await store.write { tx in try tx.insertNote(10_000, "taken") }
            let ends = await race(200) { number in
                try await store.write { tx in
                    try tx.insertNote(number)
                    guard number % 7 == 0 else { return }
                    switch guilt {
                    case .throwsItsOwnError: throw Dislike()
                    case .breaksARule: try tx.insertNote(20_000 + number, "taken")
                    case .breaksARuleAtCommit:
                        try tx.execute("UPDATE note SET answers_in_the_end = 77777 WHERE id = \(number)")
                    }
                }
            }
            let innocent = (0..<200).filter { $0 % 7 != 0 }
            #expect(ends.indices.filter { ends[$0].isSuccess } == innocent)
            try await expectNotes(innocent + [10_000], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `of 32 who take the same thing at once, one gets it`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            for note in 0..<10 {
                try await store.write { tx in try tx.insertNote(note) }
                let ends = await race(32) { _ in
                    try await store.write { tx in
                        try tx.execute("UPDATE note SET taken = 1 WHERE id = \(note) AND taken = 0")
                    }
                }
                let taken = try ends.map { try $0.get() }
                #expect(taken.reduce(0, +) == 1)
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a limit that a body counts and keeps holds under a race`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let ends = await race(100) { number in
                try await store.write { tx in
                    guard try tx.noteCount() < 10 else { throw Dislike() }
                    try tx.insertNote(number)
                }
            }
            let lucky = ends.count { $0.isSuccess }
            #expect(lucky == 10)
            try await expectNoteCount(10, in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `readers and writers go on beside each other`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let ends = await race(64) { number in
                guard number % 2 == 0 else { return try await store.write { tx in try tx.insertNote(number) } }
                for _ in 0..<10 {
                    let ids = try await store.read { tx in try tx.noteIDs() }
                    guard ids.allSatisfy({ $0 % 2 == 1 }) else { throw Dislike() }
                }
            }
            for end in ends { try end.get() }
            try await expectNoteCount(32, in: store)
        }
    }
}
