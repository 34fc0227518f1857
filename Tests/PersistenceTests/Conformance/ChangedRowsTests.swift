import Persistence
import TestSupport
import Testing

@Suite("Store: a statement that must change so many rows")
struct ChangedRowsTests {
    @Test(arguments: StoreUnderTest.allCases, [true, false])
    func `undoes its transaction where it changes others, whether something is asked behind it or not`(
        _ engine: StoreUnderTest, _ asks: Bool
    ) async throws {
        try await engine.openWithScratch { store in
            try await store.write { tx in try tx.insertNote(1) }
            let error = await #expect(throws: StoreError.self) {
                try await store.write { tx in
                    try tx.insertNote(2)
                    try tx.perform("UPDATE note SET taken = 1 WHERE id = 3", changing: 1)
                    if asks { _ = try tx.noteCount() }
                }
            }
            guard case .conflict = error else {
                Issue.record("\(String(describing: error)) is no conflict")
                return
            }
            try await expectNotes([1], in: store)
            try await store.write { tx in try tx.perform("UPDATE note SET taken = 1 WHERE id = 1", changing: 1) }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `thousands that nobody waits for are made in their order`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            try await store.write { tx in try tx.insertNote(1) }
            let taken = try await store.write { tx in
                for number in 1...5000 {
                    try tx.perform(
                        "UPDATE note SET taken = \(number) WHERE id = 1 AND taken = \(number - 1)", changing: 1)
                }
                return try tx.first("SELECT taken FROM note WHERE id = 1") { try $0.integer(0) }
            }
            #expect(taken == 5000)
        }
    }
}
