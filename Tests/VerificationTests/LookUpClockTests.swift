import Dispatch
import Locking
import TestSupport
import Testing

@testable import Verification

@Suite("The clock of look-ups")
struct LookUpClockTests {
    private final class Timers: Sendable {
        private let calls = Lock<[@Sendable () -> Void]>([])

        func add(_ call: @escaping @Sendable () -> Void) { calls.withLock { $0.append(call) } }

        /// Lets all go off that are set now.
        func goOff() -> Int {
            let due = calls.withLock { calls in
                defer { calls = [] }
                return calls
            }
            for call in due { call() }
            return due.count
        }
    }

    @Test func `one timer is set, however many were set for earlier times before`() async throws {
        let timers = Timers()
        let clock = LookUpClock { _, call in timers.add(call) }
        let rung = Lock<[String]>([])
        let now = ContinuousClock.now
        _ = clock.wait(until: now + .seconds(60)) { rung.withLock { $0.append("never") } }
        for (milliseconds, name) in [(30, "third"), (20, "second"), (10, "first")] {
            _ = clock.wait(until: now + .milliseconds(milliseconds)) { rung.withLock { $0.append(name) } }
        }
        let back = clock.wait(until: now + .milliseconds(1)) { rung.withLock { $0.append("taken back") } }
        clock.takeBack(back)
        #expect(try await eventually { .now > now + .milliseconds(30) })
        _ = timers.goOff()
        #expect(rung.withLock { $0.sorted() } == ["first", "second", "third"])
        #expect(timers.goOff() == 1)
    }
}
