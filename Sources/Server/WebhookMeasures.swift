import Locking
import Measuring
import Outbound

/// How many messages were sent to webhooks, by what came of them.
final class WebhookMeasures: Sendable {
    private enum Outcome: String, CaseIterable {
        case taken, refused, unanswered
    }

    private let counts = Lock<[Outcome: Int]>([:])

    func note(_ outcome: WebhookCall.Outcome) {
        let word: Outcome =
            switch outcome {
            case .answered(let status, _, _): (200..<300).contains(status) ? .taken : .refused
            case .failed: .unanswered
            }
        counts.withLock { $0[word, default: 0] += 1 }
    }

    /// It as a metric.
    var metric: Metric {
        Metric(
            "claviger_webhook_messages_total", .counter,
            "Messages to webhooks: taken, refused by their receiver, or without an answer."
        ) { [self] in
            let counts = counts.withLock { $0 }
            return Outcome.allCases.map { .init(Double(counts[$0] ?? 0), labels: [("outcome", $0.rawValue)]) }
        }
    }
}
