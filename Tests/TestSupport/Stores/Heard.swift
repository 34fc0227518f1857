import Locking
package import Model
package import Persistence

/// What a store announced since this began to listen.
package final class Heard: Sendable {
    private let heard = Lock<[Change]>([])

    /// Listens to `store` from now on.
    package init(on store: any Engine) {
        store.listen { [weak self] changes in self?.heard.withLock { $0 += changes } }
    }

    /// In the order of their commits.
    package var changes: [Change] { heard.withLock { $0 } }
}
