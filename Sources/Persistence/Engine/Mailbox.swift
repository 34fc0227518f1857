import Dispatch
import Locking

/// A bounded queue between tasks, which never wait to put something in, and threads of the engine, which wait until
/// there is something to take out.
package final class Mailbox<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var idleThreads = 0
        var isClosed = false
    }

    private let capacity: Int
    private let state = Lock(State())
    private let wake = DispatchSemaphore(value: 0)

    /// A queue of at most `capacity` items.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// How many items wait, and how many threads wait for items.
    var load: (waiting: Int, idleThreads: Int) { state.withLock { ($0.items.count, $0.idleThreads) } }

    /// Puts an item at the end.
    ///
    /// - Throws: ``StoreError/overloaded`` when the queue is full, ``StoreError/closed`` after ``close()``.
    package func offer(_ item: Item) throws(StoreError) {
        let somebodyIsIdle = try state.withLock { state throws(StoreError) in
            guard !state.isClosed else { throw .closed }
            guard state.items.count < capacity else { throw .overloaded }
            state.items.append(item)
            guard state.idleThreads > 0 else { return false }
            state.idleThreads -= 1
            return true
        }
        if somebodyIsIdle { wake.signal() }
    }

    /// Takes the oldest items, at most `limit` of them, and blocks its thread until there is one. Nil once the queue is
    /// closed.
    package func take(upTo limit: Int) -> [Item]? {
        while true {
            let taken: [Item]? = state.withLock { state in
                guard !state.isClosed else { return nil }
                guard !state.items.isEmpty else {
                    state.idleThreads += 1
                    return []
                }
                let taken = Array(state.items.prefix(limit))
                state.items.removeFirst(taken.count)
                return taken
            }
            guard let taken else { return nil }
            guard taken.isEmpty else { return taken }
            wake.wait()
        }
    }

    /// Closes the queue and wakes the threads that wait on it. Closing it again does nothing.
    ///
    /// - Returns: What nobody has taken.
    package func close() -> [Item] {
        let (left, idleThreads) = state.withLock { state in
            defer { state = State(isClosed: true) }
            return (state.items, state.idleThreads)
        }
        for _ in 0..<idleThreads { wake.signal() }
        return left
    }
}
