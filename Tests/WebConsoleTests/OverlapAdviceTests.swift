import Model
import Testing

@testable import WebConsole

@Suite("Whether the older of two secrets can be ended")
struct OverlapAdviceTests {
    @Test(arguments: [
        (nil, nil, "The older one was never used: it’s safe to end it now."),
        (
            50, nil,
            "Both work. The older one was used 50 minutes ago, and the new one not yet: move what uses it before you end it."
        ),
        (20, 10, "Both work. The older one was used 20 minutes ago: move what uses it before you end it."),
        (
            50, 10,
            "Both work. The older one wasn’t used since the new one was made, 50 minutes ago was the last time, and the new one is in use: it looks safe to end the older one now."
        ),
    ])
    func `depends on when each was used last`(_ older: Int?, _ newer: Int?, _ words: String) {
        let now = Instant(seconds: 1_000_000)
        func use(_ minutes: Int?) -> LastUse? {
            minutes.map { LastUse(at: now.adding(seconds: -60 * $0), address: nil, count: 1) }
        }
        let made = now.adding(seconds: -60 * 30)
        #expect(OverlapAdvice.words(older: use(older), newer: use(newer), newerMadeAt: made, now: now) == words)
    }
}
