import Testing

@testable import PersistencePostgres

@Suite("Suspicion that the server is gone")
struct SuspicionTests {
    private let now = ContinuousClock.now

    @Test func `an answer is waited for until its own deadline while no line has fallen silent`() {
        let suspicion = Suspicion()
        #expect(suspicion.end(ofWaitingOnLineMadeAt: now, for: now + .seconds(3)) == now + .seconds(3))
    }

    @Test func `once a line has fallen silent, what waits on the others has a second left`() {
        let suspicion = Suspicion()
        suspicion.raise(byLineMadeAt: now)
        let end = suspicion.end(ofWaitingOnLineMadeAt: now, for: now + .seconds(3600))
        #expect(end < ContinuousClock.now + .seconds(2))
        #expect(suspicion.end(ofWaitingOnLineMadeAt: now, for: now) == now, "its own deadline may be sooner")
    }

    @Test func `where a line was silent for long, what waits on those from before has nothing left`() {
        let suspicion = Suspicion()
        let made = now - .seconds(60)
        suspicion.raise(byLineMadeAt: made, isLongSilent: true)
        #expect(suspicion.concerns(made))
        #expect(suspicion.end(ofWaitingOnLineMadeAt: made, for: now + .seconds(3600)) <= .now)
    }

    @Test func `a line that was made since then leads to whoever answers now`() {
        let suspicion = Suspicion()
        suspicion.raise(byLineMadeAt: now)
        let later = ContinuousClock.now + .seconds(1)
        #expect(suspicion.end(ofWaitingOnLineMadeAt: later, for: later + .seconds(3)) == later + .seconds(3))
    }

    @Test func `of lines that were made since then, only one of their own is a sign`() {
        let suspicion = Suspicion()
        suspicion.raise(byLineMadeAt: now)
        let made = ContinuousClock.now
        suspicion.raise(byLineMadeAt: now)
        #expect(!suspicion.concerns(made))
        suspicion.raise(byLineMadeAt: made)
        #expect(suspicion.concerns(made))
    }
}
