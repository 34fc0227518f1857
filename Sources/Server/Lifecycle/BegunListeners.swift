import Synchronization

/// Which of those that listen do so by now: the server is ready when the last has begun.
final class BegunListeners: Sendable {
    private let left: Atomic<Int>
    private let port = Atomic(0)
    private let onReady: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - count: How many there are.
    ///   - onReady: Told the port at which HTTP is answered, once.
    init(count: Int, onReady: @escaping @Sendable (Int) async -> Void) {
        left = Atomic(count)
        self.onReady = onReady
    }

    /// One has begun.
    ///
    /// - Parameter port: Its port, for the one that answers HTTP.
    func add(port number: Int? = nil) async {
        if let number { port.store(number, ordering: .releasing) }
        guard left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return }
        await onReady(port.load(ordering: .acquiring))
    }
}
