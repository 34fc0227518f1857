package import Dispatch

extension DispatchGroup {
    /// Returns when everybody has left. It waits without holding a thread.
    package func end() async {
        await withCheckedContinuation { ended in
            notify(queue: .global()) { ended.resume() }
        }
    }
}
