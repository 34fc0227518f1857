import Model
import Testing

@testable import WebConsole

/// Without a script a page does not know where its reader is: every date is one in UTC, and says so where it has a time of day.
@Suite("Dates as pages write them")
struct DateWordsTests {
    /// 1 January 2027, 00:00 UTC.
    private static let midnight = Instant(seconds: 1_798_761_600)

    @Test func `a day ends at midnight in UTC, to the millisecond`() {
        let (before, now) = (Instant(milliseconds: Self.midnight.milliseconds - 1), Self.midnight)
        #expect(DateWords.day(before) == "31 December 2026" && DateWords.day(now) == "1 January 2027")
        #expect(DateWords.minute(before) == "31 December 2026, 23:59 UTC", "What ends then never seems to end later.")
        #expect(DateWords.minute(now) == "1 January 2027, 00:00 UTC")
        #expect(DateWords.shortDay(before, now: now) == "31 Dec 2026", "Of another year, which is said.")
        #expect(DateWords.shortDay(now, now: now) == "1 Jan" && DateWords.shortDay(before, now: before) == "31 Dec")
    }

    @Test(arguments: [0, 59, 60, 3599, 3600, 86_399, 86_400, 7 * 86_400 - 1, 7 * 86_400, 400 * 86_400])
    func `what is seen has no time of day, and what stands behind it says its zone`(_ seconds: Int) {
        let time = TimeWords(Self.midnight.adding(seconds: -seconds), now: Self.midnight)
        #expect(!time.words.contains(":"), "\(time.words)")
        #expect(time.exact.hasSuffix(" UTC") && time.machine.hasSuffix("Z"))
    }

    @Test(arguments: PageTemplate.allCases)
    func `every time of a page has the exact one behind it`(_ template: PageTemplate) {
        for time in ([template.source] + PageTemplate.partials.values).flatMap({ $0.matches(of: /<time[^>]*>/) }) {
            #expect(time.0 == #"<time datetime="{{machine}}" title="{{exact}}">"#)
        }
    }
}
