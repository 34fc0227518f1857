import Dispatch

/// Holds a synchronous body, such as that of a transaction, until a test opens it. It stays open.
package final class Gate: Sendable {
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let opening = DispatchSemaphore(value: 0)

    package init() {
        (arrivals, arrival) = AsyncStream.makeStream()
    }

    /// Called in the body: blocks its thread until the gate is open.
    package func pass() {
        arrival.yield()
        opening.wait()
        opening.signal()
    }

    /// Returns when a body stands before the gate.
    package func reached() async {
        for await _ in arrivals { return }
    }

    /// Opens the gate for good.
    package func open() {
        opening.signal()
    }
}
