import Model
import Testing

@Suite("Instants")
struct InstantTests {
    private let epoch = Instant(milliseconds: 0)

    @Test(
        arguments: [
            (0, 0), (999, 0), (1000, 1), (1999, 1), (-1, -1), (-1000, -1), (-1001, -2), (.max, 9_223_372_036_854_775),
            (.min, -9_223_372_036_854_776), (.min + 500, -9_223_372_036_854_776),
        ] as [(Int64, Int64)])
    func `seconds are rounded down, also before 1970`(_ milliseconds: Int64, _ seconds: Int64) {
        #expect(Instant(milliseconds: milliseconds).seconds == seconds)
    }

    @Test(
        arguments: [
            (0, 0, 0), (500, 1, 1500), (500, -1, -500), (.max, 1, .max), (.min, -1, .min), (0, .max, .max),
            (0, .min, .min),
            (.min, .max, .max), (.max, .min, .min), (.max - 999, 1, .max), (.max - 1000, 1, .max),
        ] as [(Int64, Int, Int64)])
    func `adding never wraps`(_ milliseconds: Int64, _ seconds: Int, _ expected: Int64) {
        #expect(Instant(milliseconds: milliseconds).adding(seconds: seconds).milliseconds == expected)
    }

    @Test func `a number of seconds too large becomes the nearest instant`() {
        #expect(Instant(seconds: .max).milliseconds == .max)
        #expect(Instant(seconds: .min).milliseconds == .min)
        #expect(Instant(seconds: 7).milliseconds == 7000)
    }

    @Test func `a span is rounded down and never wraps`() {
        let later = Instant(milliseconds: 1999)
        #expect(later.seconds(since: epoch) == 1)
        #expect(epoch.seconds(since: later) == -2)
        #expect(Instant(milliseconds: .max).seconds(since: Instant(milliseconds: .min)) == 18_446_744_073_709_551)
        #expect(Instant(milliseconds: .min).seconds(since: Instant(milliseconds: .max)) == -18_446_744_073_709_552)
    }

    @Test func `earlier is less`() {
        #expect(epoch < Instant(milliseconds: 1) && !(epoch < epoch))
    }
}
