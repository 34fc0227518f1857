import Locking
import Persistence

/// The timeouts of look-ups: how long a judgement waits for all of its look-ups together. A node that can be told neither by the
/// feed nor by the database owes its refusal within the second of law 5 too, and not when the connections to the database are
/// given up.
package struct LookUpPatience: Sendable {
    /// At most, if memory is believed when it begins. What was read proves nothing any more after ``FeedState/reach``.
    let trusting: Duration
    /// From when memory is no longer believed. With ``FeedState/reach`` it leaves a tenth of a second for the answer.
    let distrusting: Duration

    /// As long as the store itself waits.
    package static let unlimited = LookUpPatience(trusting: .seconds(60), distrusting: .seconds(60))

    /// As law 5 needs it.
    package static let withinTheBound = LookUpPatience(
        trusting: .milliseconds(750), distrusting: .milliseconds(150))

    package init(trusting: Duration, distrusting: Duration) {
        self.trusting = trusting
        self.distrusting = distrusting
    }
}

extension Hearing {
    /// How long a judgement that begins now waits for its look-ups.
    var patienceLeft: Duration {
        min(patience.trusting, trustLeft + patience.distrusting)
    }
}

extension Readings {
    /// What `lookUp` finds, if that is before the deadline. It goes on when nobody waits for it any longer, and what it finds then
    /// may be remembered.
    ///
    /// - Throws: `StoreError.unavailable` where it takes too long, and what `lookUp` throws.
    func promptly<Found: Sendable>(_ lookUp: @escaping @Sendable () async throws -> Found) async throws -> Found {
        guard let deadline else { return try await lookUp() }
        return try await withCheckedThrowingContinuation { waiting in
            let race = Race(waiting)
            let alarm = LookUpClock.shared.wait(until: deadline) {
                race.end(.failure(StoreError.unavailable("a look-up took too long")))
            }
            Task(executorPreference: executor) {
                do {
                    race.end(.success(try await lookUp()))
                } catch {
                    race.end(.failure(error))
                }
                LookUpClock.shared.takeBack(alarm)
            }
        }
    }
}

/// Who comes first answers the one who waits.
private final class Race<Found: Sendable>: Sendable {
    private let waiting: Lock<CheckedContinuation<Found, any Error>?>

    init(_ waiting: CheckedContinuation<Found, any Error>) {
        self.waiting = Lock(waiting)
    }

    func end(_ result: Result<Found, any Error>) {
        waiting.withLock { $0.take() }?.resume(with: result)
    }
}
