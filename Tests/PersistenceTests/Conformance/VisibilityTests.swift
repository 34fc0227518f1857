import Persistence
import TestSupport
import Testing

@Suite("Store: what is seen, and when")
struct VisibilityTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `a read sees what was committed and nothing else`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let gate = Gate()
            async let writing: Void = store.write { tx in
                try tx.insertNote(1)
                gate.pass()
            }
            await gate.reached()
            try await expectNotes([], in: store)
            gate.open()
            try await writing
            try await expectNotes([1], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a read keeps to one snapshot`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let gate = Gate()
            try await store.write { tx in try tx.insertNote(1) }
            async let seen = store.read { tx in
                let before = try tx.noteIDs()
                gate.pass()
                return (before, try tx.noteIDs())
            }
            await gate.reached()
            try await store.write { tx in try tx.insertNote(2) }
            gate.open()
            let (before, after) = try await seen
            #expect(before == [1])
            #expect(after == [1])
            try await expectNotes([1, 2], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a write sees its own changes`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let seen = try await store.write { tx in
                try tx.insertNote(7)
                return try tx.noteIDs()
            }
            #expect(seen == [7])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a body that throws leaves nothing`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            await #expect(throws: Dislike.self) {
                try await store.write { tx in
                    try tx.insertNote(1)
                    throw Dislike()
                }
            }
            try await expectNotes([], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a body that reads cannot write`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            await #expect(throws: StoreError.self) {
                try await store.read { tx in try tx.insertNote(1) }
            }
            try await expectNotes([], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a body fails with its statement even if it catches the error`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            try await store.write { tx in try tx.insertNote(1) }
            await #expect(throws: StoreError.self) {
                try await store.write { tx in
                    try tx.insertNote(2)
                    do { try tx.insertNote(1) } catch {}
                }
            }
            try await expectNotes([1], in: store)
        }
    }
}
