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
        /// How often anything was looked through for what is due.
        var passes = 0
    }

    private let state = Lock(State())

    /// How often anything was looked through for what is due.
    var passes: Int { state.withLock(\.passes) }

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
        DispatchQueue.global().asyncAfter(deadline: end) { [self] in goOff(setFor: end) }
    }

    private func goOff(setFor end: DispatchTime) {
        let now = DispatchTime.now()
        let (due, next): ([@Sendable () -> Void], DispatchTime?) = state.withLock { state in
            // An earlier one came in its place, and has set the next by itself: else there would be one more for good.
            guard state.timer == end else { return ([], nil) }
            state.passes += 1
            let due = state.waiting.filter { $0.value.end <= now }
            for number in due.keys { state.waiting[number] = nil }
            state.timer = state.waiting.values.map(\.end).min()
            return (due.values.map(\.ring), state.timer)
        }
        if let next { set(for: next) }
        for ring in due { ring() }
    }
}
