import Persistence
import Testing
import Verification

@Suite("How long a judgement waits for a look-up")
struct LookUpPatienceTests {
    private static let short = LookUpPatience(trusting: .seconds(60), distrusting: .milliseconds(1))
    private static let long = LookUpPatience(trusting: .milliseconds(1), distrusting: .seconds(60))

    @Test func `one that does not end is given up while memory is not believed`() async {
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        defer { end.finish() }
        let hearing = Hearing(patience: Self.short)
        await #expect(throws: StoreError.self) {
            try await hearing.promptly { for await _ in never {} }
        }
    }

    @Test func `what comes in time is answered, errors too`() async throws {
        let hearing = Hearing(patience: Self.long)
        #expect(try await hearing.promptly { 7 } == 7)
        await #expect(throws: CancellationError.self) {
            try await hearing.promptly { throw CancellationError() }
        }
    }

    @Test func `where one process owns the database, it ends when the store ends it`() async throws {
        let (answer, give) = AsyncStream.makeStream(of: Int.self)
        async let found = Hearing.always.promptly { await answer.first { _ in true } }
        await Task.yield()
        give.yield(7)
        #expect(try await found == 7)
    }
}
