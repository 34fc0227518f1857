import Locking

/// Prolongs leases while they are used, all of them in one loop: nearly all are given back long before, and a timer for each would go on
/// until it would have rung.
final class LeaseKeeper: Sendable {
    /// Of a lease, that may go by before somebody looks: a fifteenth.
    private static let share = 15

    private struct State {
        var held: [ObjectIdentifier: HeldLease] = [:]
        var isWatching = false
    }

    private let pause: Duration
    private let state = Lock(State())

    /// - Parameter seconds: How long leases are.
    init(seconds: Int) {
        pause = .seconds(seconds) / Self.share
    }

    /// Prolongs a lease until it is dropped, or lost.
    func keep(_ held: HeldLease) {
        let begins = state.withLock { state in
            state.held[ObjectIdentifier(held)] = held
            defer { state.isWatching = true }
            return !state.isWatching
        }
        if begins { Task { await self.watch() } }
    }

    func drop(_ held: HeldLease) {
        state.withLock { $0.held[ObjectIdentifier(held)] = nil }
    }

    private func watch() async {
        while let due = due() {
            await withTaskGroup(of: Void.self) { group in
                for held in due {
                    group.addTask { if await !held.prolongInTime() { self.drop(held) } }
                }
            }
            try? await Task.sleep(for: pause)
        }
    }

    /// Those to be prolonged now, nil where none is held any more.
    private func due() -> [HeldLease]? {
        state.withLock { state in
            state.isWatching = !state.held.isEmpty
            return state.isWatching ? state.held.values.filter(\.isToBeProlonged) : nil
        }
    }
}
