import Model
import Persistence
import Synchronization

/// Who hears of changes.
final class Listeners: Sendable {
    private let all = Mutex<[ChangeListener]>([])

    func add(_ listener: @escaping ChangeListener) {
        all.withLock { $0.append(listener) }
    }

    /// Tells everybody, on the calling thread.
    func hear(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        for listener in all.withLock({ $0 }) { listener(changes) }
    }
}
