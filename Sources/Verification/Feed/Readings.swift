/// How long ago somebody began to look things up for one judgement: what was read proves as little after a while as what is
/// remembered, so it is held to the same bound (law 5).
struct Readings {
    /// How often they may begin.
    private static let attempts = 2

    /// Nil where a change is heard before it is answered.
    private let clock: (@Sendable () -> Int64)?
    private var began: Int64
    private var attempt = 1

    init(clock: (@Sendable () -> Int64)?) {
        self.clock = clock
        began = clock?() ?? 0
    }

    /// Whether a judgement may be founded on them at this moment.
    var prove: Bool {
        guard let clock else { return true }
        return clock() <= began + FeedState.reach
    }

    /// Begins again.
    ///
    /// - Returns: False after too many attempts.
    mutating func beginAgain() -> Bool {
        attempt += 1
        began = clock?() ?? 0
        return attempt <= Self.attempts
    }
}
