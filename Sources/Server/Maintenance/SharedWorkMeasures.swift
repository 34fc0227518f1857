import Locking
import Measuring
import Persistence

/// How many rounds of shared work this node did, by what came of them.
final class SharedWorkMeasures: Sendable {
    enum Outcome: String, CaseIterable {
        case done, failed
    }

    private struct Round: Hashable {
        let work: Lease.Name
        let outcome: Outcome
    }

    private let counts = Lock<[Round: Int]>([:])

    func note(_ outcome: Outcome, of work: Lease.Name) {
        counts.withLock { $0[Round(work: work, outcome: outcome), default: 0] += 1 }
    }

    /// It as a metric.
    var metric: Metric {
        Metric("claviger_shared_work_total", .counter, "Rounds of work that one node does for all: done, and failed.") {
            [self] in
            let counts = counts.withLock { $0 }
            return Lease.Name.allCases.flatMap { work in
                Outcome.allCases.map { outcome in
                    .init(
                        Double(counts[Round(work: work, outcome: outcome)] ?? 0),
                        labels: [("work", work.rawValue), ("outcome", outcome.rawValue)])
                }
            }
        }
    }
}
