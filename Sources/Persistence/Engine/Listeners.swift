import Locking
package import Model

/// Who hears of changes.
package final class Listeners: Sendable {
    private let all = Lock<[ChangeListener]>([])

    package init() {}

    package func add(_ listener: @escaping ChangeListener) {
        all.withLock { $0.append(listener) }
    }

    /// Tells everybody, on the calling thread.
    package func hear(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        for listener in all.withLock({ $0 }) { listener(changes) }
    }
}
