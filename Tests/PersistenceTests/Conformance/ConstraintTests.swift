import Persistence
import TestSupport
import Testing

@Suite("Store: broken rules are told by their kind")
struct ConstraintTests {
    /// A statement that breaks a rule while note 1 is there.
    static let offences: [(BoundSQL, StoreError.Constraint)] = [
        ("INSERT INTO note (id, words) VALUES (1, 'other')", .unique),
        ("INSERT INTO note (id, words) VALUES (2, 'note 1')", .unique),
        ("INSERT INTO note (id, words) VALUES (2, 'forbidden')", .check),
        ("INSERT INTO note (id, words) VALUES (2, NULL)", .notNull),
        ("INSERT INTO note (id, words, answers) VALUES (2, 'answer', 99)", .foreignKey),
        ("INSERT INTO note (id, words, answers_in_the_end) VALUES (2, 'answer', 99)", .foreignKey),
    ]

    @Test(arguments: StoreUnderTest.allCases, offences.indices)
    func `an offence has its kind and leaves nothing`(_ engine: StoreUnderTest, _ offence: Int) async throws {
        let (statement, kind) = Self.offences[offence]
        try await engine.openWithScratch { store in
            try await store.write { tx in try tx.insertNote(1) }
            let error = await #expect(throws: StoreError.self) {
                try await store.write { tx in _ = try tx.execute(statement) }
            }
            guard case .constraint(kind) = error else {
                Issue.record("\(String(describing: error)) is not \(kind)")
                return
            }
            try await expectNotes([1], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a statement that is no SQL is the engine's error`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let error = await #expect(throws: StoreError.self) {
                try await store.write { tx in _ = try tx.execute("SELEKT 1") }
            }
            guard case .engine = error else {
                Issue.record("\(String(describing: error)) is not the engine's")
                return
            }
        }
    }
}
