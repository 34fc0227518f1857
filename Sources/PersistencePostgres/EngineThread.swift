import Dispatch
import Foundation

/// A thread of the engine. libpq's calls block, so they must not run on the threads that Swift's tasks share.
enum EngineThread {
    /// Runs `work` on a thread of its own. `group` is left when it ends.
    static func start(named name: String, in group: DispatchGroup, _ work: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread {
            work()
            group.leave()
        }
        thread.name = name
        thread.start()
    }
}
