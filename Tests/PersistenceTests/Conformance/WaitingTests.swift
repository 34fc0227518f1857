import Persistence
import TestSupport
import Testing

@Suite("Store: those who wait")
struct WaitingTests {
    @Test(arguments: StoreUnderTest.allCases)
    func `more bodies than may wait are refused, and those that wait are served`(
        _ engine: StoreUnderTest
    ) async throws {
        try await withTemporaryFolder { folder in
            let store = try await engine.openWithScratch(in: folder, waitingBodies: 8)
            let gate = Gate()
            async let holding: Void = store.write { tx in gate.pass() }
            await gate.reached()
            let (refused, written) = await withTaskGroup(of: Result<Void, any Error>.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do {
                            return .success(try await store.write { tx in try tx.insertNote(number) })
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                var refused: [any Error] = []
                for await case .failure(let error) in group {
                    refused.append(error)
                    if refused.count == 42 { break }
                }
                gate.open()
                var written = 0
                for await end in group where end.isSuccess { written += 1 }
                return (refused, written)
            }
            try await holding
            #expect(written == 8)
            #expect(
                refused.allSatisfy { error in
                    if case StoreError.overloaded = error { true } else { false }
                })
            try await expectNoteCount(8, in: store)
            await store.close()
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a body whose caller gave up before it began is not run`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let gate = Gate()
            async let holding: Void = store.write { tx in gate.pass() }
            await gate.reached()
            let waiting = (0..<32).map { number in
                Task { try await store.write { tx in try tx.insertNote(number) } }
            }
            for number in stride(from: 0, to: 32, by: 2) { waiting[number].cancel() }
            gate.open()
            try await holding
            for (number, task) in waiting.enumerated() {
                let end = await task.result
                #expect(end.isSuccess == (number % 2 == 1))
                if case .failure(let error) = end { #expect(error is CancellationError) }
            }
            try await expectNotes(Array(stride(from: 1, to: 32, by: 2)), in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a body that has begun is answered with its result, whatever its caller wants`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.openWithScratch { store in
            let gate = Gate()
            let task = Task {
                try await store.write { tx in
                    try tx.insertNote(1)
                    gate.pass()
                    return "done"
                }
            }
            await gate.reached()
            task.cancel()
            gate.open()
            let value = try await task.value
            #expect(value == "done")
            try await expectNotes([1], in: store)
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `closing finishes what runs and refuses what waits`(_ engine: StoreUnderTest) async throws {
        try await withTemporaryFolder { folder in
            let store = try await engine.openWithScratch(in: folder)
            let gate = Gate()
            let running = Task {
                try await store.write { tx in
                    try tx.insertNote(1)
                    gate.pass()
                }
            }
            await gate.reached()
            let waiting = (2..<10).map { number in
                Task { try await store.write { tx in try tx.insertNote(number) } }
            }
            let closing = Task { await store.close() }
            for task in waiting {
                guard case .failure(StoreError.closed) = await task.result else {
                    Issue.record("not refused")
                    continue
                }
            }
            gate.open()
            try await running.value
            await closing.value
            await store.close()
            await #expect(throws: StoreError.self) { try await store.read { tx in try tx.noteIDs() } }
            await #expect(throws: StoreError.self) { try await store.write { tx in try tx.insertNote(2) } }

            let again = try await engine.openWithScratch(in: folder)
            try await expectNotes([1], in: again)
            await again.close()
        }
    }
}
