/// How long ago somebody began to look things up for one judgement: what was read proves as little after a while as what is
/// remembered, so it is held to the same bound (law 5).
struct Readings {
    /// How often they may begin.
    private static let attempts = 2

    private let hearing: Hearing
    /// Where they go on, nil for the threads that all tasks share.
    let executor: (any TaskExecutor)?
    /// Nil where a change is heard before it is answered.
    private var began: Int64?
    private var attempt = 1
    /// Until when they are waited for, all together; nil where that is the store's own affair.
    private(set) var deadline: ContinuousClock.Instant?

    init(_ hearing: Hearing, on executor: (any TaskExecutor)? = nil) {
        self.hearing = hearing
        self.executor = executor
        begin(waiting: hearing.patienceLeft)
    }

    private mutating func begin(waiting patience: Duration) {
        began = hearing.uptime
        deadline = began.map { _ in .now + patience }
    }

    /// Whether a judgement may be founded on them at this moment.
    var prove: Bool {
        guard let began, let uptime = hearing.uptime else { return true }
        return uptime <= began + FeedState.reach
    }

    /// Begins again, with little time: the first ones have taken all that was due to them.
    ///
    /// - Returns: False after too many attempts.
    mutating func beginAgain() -> Bool {
        attempt += 1
        begin(waiting: hearing.patience.distrusting)
        return attempt <= Self.attempts
    }
}
