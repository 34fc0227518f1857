import Locking

/// A counting semaphore: room for so many. Whoever comes later waits, without holding a thread.
final class CountingSemaphore: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Lock<State>

    init(_ count: Int) {
        state = Lock(State(free: count))
    }

    func wait() async {
        await withCheckedContinuation { place in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(place)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { place.resume() }
        }
    }

    func signal() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
