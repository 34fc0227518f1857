import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let count = Atomic(0)

    package init() {}

    package var value: Int { count.load(ordering: .relaxed) }

    package func add(_ more: Int = 1) {
        count.wrappingAdd(more, ordering: .relaxed)
    }

    /// It as a metric.
    package func metric(_ name: String, _ summary: String) -> Metric {
        Metric(name, .counter, summary) { [.init(Double(self.value))] }
    }
}
