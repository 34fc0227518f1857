import Connections
import Locking
package import Measuring

/// How often providers pushed something, by what came of it.
package final class ProviderPushMeasures: Sendable {
    private struct Label: Hashable {
        let provider: String
        let outcome: String
    }

    private let counts = Lock<[Label: Int]>([:])

    package init() {}

    func note(_ outcome: PushOutcome, of provider: String) {
        let word: String
        switch outcome {
        // Whoever makes up names makes no labels (law 7).
        case .unknown: return
        case .refused: word = "refused"
        case .unavailable: word = "unavailable"
        case .taken, .erased: word = "taken"
        }
        counts.withLock { $0[Label(provider: provider, outcome: word), default: 0] += 1 }
    }

    /// It as a metric.
    package var metric: Metric {
        Metric(
            "claviger_provider_pushes_total", .counter,
            "What providers told by themselves: taken, refused as not theirs, or put off."
        ) { [self] in
            counts.withLock { $0 }.sorted { ($0.key.provider, $0.key.outcome) < ($1.key.provider, $1.key.outcome) }
                .map { .init(Double($1), labels: [("provider", $0.provider), ("outcome", $0.outcome)]) }
        }
    }
}
