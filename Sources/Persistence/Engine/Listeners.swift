package import Model
import Synchronization

/// Who hears of changes.
package final class Listeners: Sendable {
    private let all = Mutex<[ChangeListener]>([])

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
