import Locking
package import Measuring

/// Spans that wait to be sent. Bounded (law 7): callers say which of their requests are traced, and what comes faster than it is sent is left
/// out and counted.
package final class SpanQueue: Sendable {
    private static let capacity = 4096

    private let waiting = Lock<[FinishedSpan]>([])
    private let sent = Counter()
    private let lost = Counter()
    private let leftOut = Counter()

    package init() {}

    /// A request is answered.
    package func add(_ span: FinishedSpan) {
        let isTaken = waiting.withLock { waiting in
            guard waiting.count < Self.capacity else { return false }
            waiting.append(span)
            return true
        }
        if !isTaken { leftOut.add() }
    }

    /// Takes the oldest, at most `limit`.
    package func take(upTo limit: Int) -> [FinishedSpan] {
        waiting.withLock { waiting in
            let taken = Array(waiting.prefix(limit))
            waiting.removeFirst(taken.count)
            return taken
        }
    }

    /// So many were sent, or could not be and are lost.
    package func note(_ count: Int, areSent: Bool) {
        (areSent ? sent : lost).add(count)
    }

    package var metric: Metric {
        Metric("claviger_spans_total", .counter, "Requests of traces that were sent to the collector, or not.") {
            [sent, lost, leftOut] in
            [
                .init(Double(sent.value), labels: [("outcome", "sent")]),
                .init(Double(lost.value), labels: [("outcome", "failed")]),
                .init(Double(leftOut.value), labels: [("outcome", "left_out")]),
            ]
        }
    }
}
