import Locking

/// How often something took at most so long.
package final class Histogram: Sendable {
    private struct State {
        /// For each bound, and behind them for what is above all.
        var counts: [Int]
        var sum = 0.0
    }

    /// In seconds, rising.
    private let bounds: [Double]
    private let state: Lock<State>

    /// - Parameter bounds: In seconds, rising.
    package init(_ bounds: [Double]) {
        self.bounds = bounds
        state = Lock(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Bounds from a millisecond to ten seconds, close to each other where a revocation is expected to act.
    package static let times = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10]

    /// It took so long.
    package func note(seconds: Double) {
        let place = bounds.firstIndex { seconds <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += seconds
        }
    }

    /// It as a metric.
    package func metric(_ name: String, _ summary: String) -> Metric {
        Metric(name, .histogram, summary) { self.readings }
    }

    private var readings: [Metric.Reading] {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total = 0
        var readings: [Metric.Reading] = []
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count
            readings.append(
                .init(Double(total), labels: [("le", Metric.written(bound))], suffix: "_bucket"))
        }
        return readings + [.init(sum, suffix: "_sum"), .init(Double(total), suffix: "_count")]
    }
}
