import NIOCore
import Testing

@testable import HTTPServing

@Suite("How long a client may take")
struct ClientClockTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func clock(_ phase: ClientClock.Phase, idle: Int64 = 75) -> ClientClock {
        var clock = ClientClock(idle: .seconds(idle), at: Self.start)
        clock.await(phase, at: Self.start)
        return clock
    }

    private func seconds(_ clock: ClientClock) -> Double {
        Double((clock.deadline - Self.start).nanoseconds) / 1e9
    }

    @Test func `a next request may be as late as is set, a head and a silent body thirty seconds`() {
        #expect(seconds(clock(.idle)) == 75)
        #expect(seconds(clock(.idle, idle: 5)) == 5)
        #expect(seconds(clock(.head)) == 30)
        #expect(seconds(clock(.body)) == 30)
    }

    @Test func `a body that comes is waited for, but never thirty seconds without a byte`() {
        var clock = clock(.body)
        clock.receive(60_000, at: Self.start + .seconds(20))
        #expect(seconds(clock) == 50)
        clock.receive(1, at: Self.start + .seconds(49))
        #expect(seconds(clock) == 79)
    }

    @Test func `a byte every ten seconds holds no body open`() {
        var clock = clock(.body)
        var now = Self.start
        var sent = 0
        while now < clock.deadline {
            now = now + .seconds(10)
            clock.receive(1, at: now)
            sent += 1
        }
        #expect(sent == 4)
    }

    @Test func `a thousand bytes a second are fast enough, half of them are not`() {
        for (rate, isEnough) in [(1_000, true), (500, false)] {
            var clock = clock(.body)
            var now = Self.start
            for _ in 0..<65 where now < clock.deadline {
                now = now + .seconds(1)
                clock.receive(rate, at: now)
            }
            #expect((now < clock.deadline) == isEnough)
        }
    }

    @Test func `the time in which nobody read is not the client's`() {
        var clock = clock(.body)
        clock.receive(10, at: Self.start + .seconds(10))
        clock.resume(at: Self.start + .seconds(100))
        #expect(seconds(clock) == 90 + 30 + 0.01)
    }
}
