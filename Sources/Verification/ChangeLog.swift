import Locking
package import Model

/// The last announced invalidations, so that a reader can tell whether what it read may have changed meanwhile: the guard
/// against filling the cache with a stale read.
///
/// A reader takes a ``Mark`` before it reads. Between that and remembering lies the only gap through which a revoked
/// credential could enter memory (threat K6).
package final class ChangeLog: Sendable {
    /// A place in the log.
    package struct Mark: Sendable {
        fileprivate let number: Int
    }

    private struct State {
        var number = 0
        var last: [Change] = []
    }

    private let capacity = 4096
    private let state = Lock(State())

    package init() {}

    /// The present end of the log.
    package func mark() -> Mark {
        state.withLock { Mark(number: $0.number) }
    }

    /// Appends a change.
    package func append(_ change: Change) {
        state.withLock { state in
            if state.last.count == capacity { state.last.removeFirst(capacity / 2) }
            state.last.append(change)
            state.number += 1
        }
    }

    /// Has every mark so far be one that everything may have changed since.
    func forgetEverything() {
        state.withLock { state in
            state.last = []
            state.number += 1
        }
    }

    /// Whether none of the changes since `mark` is one that `concerns` names. Changes that the log has forgotten count
    /// as concerning.
    package func isUnchanged(since mark: Mark, _ concerns: (Change) -> Bool) -> Bool {
        state.withLock { state in
            let count = state.number - mark.number
            guard count <= state.last.count else { return false }
            return !state.last.suffix(count).contains(where: concerns)
        }
    }
}
