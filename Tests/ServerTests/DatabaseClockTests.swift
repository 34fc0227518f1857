import Model
import Persistence
import TestSupport
import Testing

@testable import Server

@Suite("The clock that nodes share", .onEveryEngine)
struct DatabaseClockTests {
    @Test func `however far machines' clocks are apart, their nodes go by the database's`() async throws {
        try await StoreUnderTest.current.open { store in
            let steady = FixedClock(Instant(seconds: 5000))
            let early = try await DatabaseClock(of: store) { steady.current.milliseconds }
            let late = try await DatabaseClock(of: store) { steady.current.milliseconds + 120_000 }
            let time = try await store.read { tx in try tx.databaseTime() }
            for clock in [early, late] { #expect(abs(clock.now().seconds(since: time)) <= 60) }
            // It goes on by itself between two looks, and a look sets it right.
            let before = early.now()
            steady.advance(seconds: 10)
            #expect(early.now() == before.adding(seconds: 10))
            try await early.compare()
            let after = try await store.read { tx in try tx.databaseTime() }
            #expect(early.now() <= after)
        }
    }

    @Test func `while the database does not answer, it goes on`() async throws {
        try await StoreUnderTest.current.open { store in
            let steady = FixedClock(Instant(seconds: 5000))
            let clock = try await DatabaseClock(of: store) { steady.current.milliseconds }
            await store.close()
            let before = clock.now()
            await #expect(throws: (any Error).self) { try await clock.compare() }
            steady.advance(seconds: 7)
            #expect(clock.now() == before.adding(seconds: 7))
        }
    }
}
