/// How often something took at most so long.
package final class Histogram: Sendable {
    /// In seconds, rising.
    private let bounds: [Double]
    /// The same in nanoseconds.
    private let limits: [Int64]
    /// How often it was within each bound and above the one before; behind them how often above all, and how many nanoseconds it took
    /// together.
    private let tally: Tally

    /// - Parameters:
    ///   - bounds: In seconds, or in what else is noted; rising, at most 62, none above a billion.
    ///   - isSpread: Whether each core counts for itself.
    package init(_ bounds: [Double], isSpread: Bool = false) {
        self.bounds = Array(bounds.prefix(Tally.mostPlaces - 2))
        limits = self.bounds.map { Int64($0 * 1e9) }
        tally = Tally(self.bounds.count + 2, isSpread: isSpread)
    }

    /// Bounds from a millisecond to ten seconds, close to each other where a revocation is expected to act.
    package static let times = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10]

    /// Bounds from a ten-thousandth of a second, for what may take less than any journey over a network.
    package static let shortTimes = [
        0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// It took so long. What took less than no time took none.
    package func note(nanoseconds: Int64) {
        let nanoseconds = max(0, nanoseconds)
        var place = 0
        while place < limits.count, limits[place] < nanoseconds { place += 1 }
        tally.add(at: place)
        tally.add(Int(nanoseconds), at: limits.count + 1)
    }

    /// It took so long, in seconds.
    package func note(seconds: Double) {
        note(nanoseconds: Int64(exactly: (seconds * 1e9).rounded()) ?? 0)
    }

    /// How often it was noted.
    package var count: Int { (0...bounds.count).reduce(0) { $0 &+ tally[$1] } }

    /// It as a metric.
    package func metric(_ name: String, _ summary: String) -> Metric {
        Metric(name, .histogram, summary) { self.readings() }
    }

    /// Its lines.
    ///
    /// - Parameter labels: What they have besides the bound.
    package func readings(_ labels: [(name: String, value: String)] = []) -> [Metric.Reading] {
        var total = 0
        var readings: [Metric.Reading] = []
        for (place, bound) in (bounds + [.infinity]).enumerated() {
            total &+= tally[place]
            readings.append(
                .init(Double(total), labels: labels + [("le", Metric.written(bound))], suffix: "_bucket"))
        }
        return readings + [
            .init(Double(tally[limits.count + 1]) / 1e9, labels: labels, suffix: "_sum"),
            .init(Double(total), labels: labels, suffix: "_count"),
        ]
    }
}
