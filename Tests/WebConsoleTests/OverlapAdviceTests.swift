import Model
import Testing

@testable import WebConsole

@Suite("Whether the older of two secrets can be ended")
struct OverlapAdviceTests {
    /// In minutes before now: when the older one was made and used, and when the new one was made and used.
    struct Case: Sendable {
        let older: (made: Int, used: Int?)
        let newer: (made: Int, used: Int?)
        var isCounted = true
        let words: String
    }

    @Test(arguments: [
        Case(
            older: (600, nil), newer: (30, nil),
            words:
                "Both work. The older one was made 10 hours ago, and no use of it is known: it looks safe to end it now."
        ),
        Case(
            older: (40, nil), newer: (30, 10),
            words:
                "Both work. The older one was made 40 minutes ago, and no use of it is known yet: make sure that nothing has it before you end it."
        ),
        Case(
            older: (600, 50), newer: (30, nil),
            words:
                "Both work. The older one was used 50 minutes ago, and the new one not yet: move what uses it before you end it."
        ),
        Case(
            older: (600, 20), newer: (30, 10),
            words: "Both work. The older one was used 20 minutes ago: move what uses it before you end it."
        ),
        Case(
            older: (600, 50), newer: (30, 10),
            words:
                "Both work. The older one was last used 50 minutes ago, before the new one was made, and the new one is in use. What calls seldom may still have the older one: it looks safe to end it after 6 hours without a use."
        ),
        Case(
            older: (600, 361), newer: (300, 10),
            words:
                "Both work. The older one was last used 6 hours ago, before the new one was made, and the new one is in use: it looks safe to end the older one now."
        ),
        Case(
            older: (600, nil), newer: (300, 10), isCounted: false,
            words:
                "Both work. Uses of the older one were not counted apart from the new one’s, so nobody knows whether it’s still used: make sure that nothing has it before you end it."
        ),
    ])
    func `is said as far as it is known, by when each was made and used last`(_ given: Case) {
        let now = Instant(seconds: 1_000_000)
        func at(_ minutes: Int) -> Instant { now.adding(seconds: -60 * minutes) }
        func secret(_ times: (made: Int, used: Int?), isCounted: Bool = true) -> OverlapAdvice.Secret {
            OverlapAdvice.Secret(
                madeAt: at(times.made), lastUse: times.used.map { LastUse(at: at($0), address: nil, count: 1) },
                isCounted: isCounted)
        }
        let words = OverlapAdvice.words(
            older: secret(given.older, isCounted: given.isCounted), newer: secret(given.newer), now: now)
        #expect(words == given.words)
    }
}
