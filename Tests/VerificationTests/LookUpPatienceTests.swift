import Persistence
import Testing

@testable import Verification

@Suite("How long a judgement waits for its look-ups")
struct LookUpPatienceTests {
    private static let short = LookUpPatience(trusting: .seconds(60), distrusting: .milliseconds(1))
    private static let long = LookUpPatience(trusting: .seconds(60), distrusting: .seconds(60))

    @Test func `one that does not end is given up while memory is not believed`() async {
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        defer { end.finish() }
        let readings = Readings(Hearing(patience: Self.short))
        await #expect(throws: StoreError.self) {
            try await readings.promptly { for await _ in never {} }
        }
    }

    @Test func `one that is given up soon does not wait for another that may take long`() async {
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        let patient = Task {
            try await Readings(Hearing(patience: Self.long)).promptly { for await _ in never {} }
        }
        await Task.yield()
        for _ in 0..<3 {
            let (silence, endOfSilence) = AsyncStream.makeStream(of: Void.self)
            defer { endOfSilence.finish() }
            await #expect(throws: StoreError.self) {
                try await Readings(Hearing(patience: Self.short)).promptly { for await _ in silence {} }
            }
        }
        end.finish()
        await #expect(throws: Never.self) { try await patient.value }
    }

    @Test func `what comes in time is answered, errors too`() async throws {
        let readings = Readings(Hearing(patience: Self.long))
        #expect(try await readings.promptly { 7 } == 7)
        await #expect(throws: CancellationError.self) {
            try await readings.promptly { throw CancellationError() }
        }
    }

    @Test func `where one process owns the database, it ends when the store ends it`() async throws {
        let (answer, give) = AsyncStream.makeStream(of: Int.self)
        async let found = Readings(Hearing.always).promptly { await answer.first { _ in true } }
        await Task.yield()
        give.yield(7)
        #expect(try await found == 7)
    }

    @Test func `several in a row share the time of one`() async throws {
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        defer { end.finish() }
        let readings = Readings(Hearing(patience: Self.short))
        await #expect(throws: StoreError.self) {
            try await readings.promptly { for await _ in never {} }
        }
        let deadline = try #require(readings.deadline)
        #expect(deadline < .now, "the next has no time left")
    }

    @Test func `trust that soon ends is not waited for as long as trust that lasts`() {
        let hearing = Hearing(
            clock: { 0 }, patience: LookUpPatience(trusting: .milliseconds(750), distrusting: .milliseconds(150)))
        #expect(hearing.patienceLeft == .milliseconds(150), "nothing was heard yet")
        hearing.believe(until: 100_000_000, inGraceUntil: 0)
        #expect(hearing.patienceLeft == .milliseconds(250))
        hearing.believe(until: 740_000_000, inGraceUntil: 0)
        #expect(hearing.patienceLeft == .milliseconds(750))
    }

    @Test func `a judgement that is made again waits a short time only`() throws {
        let hearing = Hearing(
            clock: { 0 }, patience: LookUpPatience(trusting: .seconds(60), distrusting: .milliseconds(150)))
        hearing.believe(until: .max, inGraceUntil: 0)
        var readings = Readings(hearing)
        let mayBegin = readings.beginAgain()
        #expect(mayBegin)
        let deadline = try #require(readings.deadline)
        #expect(deadline <= .now + .milliseconds(150))
        let mayBeginOnceMore = readings.beginAgain()
        #expect(!mayBeginOnceMore)
    }
}
