import Persistence
import Synchronization

/// The timeouts of look-ups: how long a judgement waits for one. A node that can be told neither by the feed nor by the
/// database owes its refusal within the second of law 5 too, and not when the connections to the database are given up.
package struct LookUpPatience: Sendable {
    /// While memory is believed. What was read proves nothing any more after ``FeedState/reach``.
    let trusting: Duration
    /// While it is not. With ``FeedState/reach`` it leaves a tenth of a second for the answer.
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
    /// What `lookUp` finds. It goes on when nobody waits for it any longer, and what it finds then may be remembered.
    ///
    /// - Throws: `StoreError.unavailable` where it takes too long, and what `lookUp` throws.
    package func promptly<Found: Sendable>(_ lookUp: @escaping @Sendable () async throws -> Found) async throws -> Found
    {
        guard isShared else { return try await lookUp() }
        let limit = isCurrent ? patience.trusting : patience.distrusting
        return try await withCheckedThrowingContinuation { waiting in
            let race = Race(waiting)
            let bell = Task {
                try await Task.sleep(for: limit)
                race.end(.failure(StoreError.unavailable("a look-up took too long")))
            }
            Task {
                do {
                    race.end(.success(try await lookUp()))
                } catch {
                    race.end(.failure(error))
                }
                bell.cancel()
            }
        }
    }
}

/// Who comes first answers the one who waits.
private final class Race<Found: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Found, any Error>?>

    init(_ waiting: CheckedContinuation<Found, any Error>) {
        self.waiting = Mutex(waiting)
    }

    func end(_ result: Result<Found, any Error>) {
        waiting.withLock { $0.take() }?.resume(with: result)
    }
}
