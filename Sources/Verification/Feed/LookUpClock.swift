import Dispatch
import Locking

/// Ends the waiting for look-ups that take too long. All of them share a timer: one each would cost more than the look-up, and
/// would be pending long after nearly all of them have been answered.
final class LookUpClock: Sendable {
    static let shared = LookUpClock()

    private struct Waiting {
        let end: DispatchTime
        let ring: @Sendable () -> Void
    }

    private struct State {
        var waiting: [UInt64: Waiting] = [:]
        var lastNumber: UInt64 = 0
        /// When the timer goes off next, nil while it is not set.
        var timer: DispatchTime?
    }

    private let state = Lock(State())
    private let schedule: @Sendable (DispatchTime, @escaping @Sendable () -> Void) -> Void

    /// - Parameter schedule: Calls something at a time.
    init(
        schedule: @escaping @Sendable (DispatchTime, @escaping @Sendable () -> Void) -> Void = { end, call in
            DispatchQueue.global().asyncAfter(deadline: end, execute: call)
        }
    ) {
        self.schedule = schedule
    }

    /// Calls `ring` at `deadline`, unless it is taken back before.
    ///
    /// - Returns: What to take it back by.
    func wait(until deadline: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void) -> UInt64 {
        let (seconds, attoseconds) = max(.zero, ContinuousClock.now.duration(to: deadline)).components
        let end = DispatchTime.now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
        let (number, isFirst) = state.withLock { state in
            state.lastNumber += 1
            state.waiting[state.lastNumber] = Waiting(end: end, ring: ring)
            let isFirst = state.timer.map { end < $0 } ?? true
            if isFirst { state.timer = end }
            return (state.lastNumber, isFirst)
        }
        if isFirst { set(for: end) }
        return number
    }

    /// The look-up was answered.
    func takeBack(_ number: UInt64) {
        _ = state.withLock { $0.waiting.removeValue(forKey: number) }
    }

    private func set(for end: DispatchTime) {
        schedule(end) { [self] in goOff(for: end) }
    }

    private func goOff(for end: DispatchTime) {
        let now = DispatchTime.now()
        let (due, next): ([@Sendable () -> Void], DispatchTime?) = state.withLock { state in
            // Another was set for an earlier time since, and has set the next.
            guard state.timer == end else { return ([], nil) }
            let due = state.waiting.filter { $0.value.end <= now }
            for number in due.keys { state.waiting[number] = nil }
            state.timer = state.waiting.values.map(\.end).min()
            return (due.values.map(\.ring), state.timer)
        }
        if let next { set(for: next) }
        for ring in due { ring() }
    }
}
