import HTTPServing
import Measuring
import NIOSSL

/// How connections began: what was agreed upon, and how many came to nothing.
final class Handshakes: Sendable {
    /// With fixed labels (law 7).
    private struct Kind: Hashable {
        let version: String
        let spoken: AgreedProtocol
    }

    private let counters: [Kind: Counter]
    private let failures = Counter()

    init() {
        let kinds = ["1.2", "1.3"].flatMap { version in
            AgreedProtocol.allCases.map { Kind(version: version, spoken: $0) }
        }
        counters = Dictionary(uniqueKeysWithValues: kinds.map { ($0, Counter()) })
    }

    func note(_ version: TLSVersion?, _ spoken: AgreedProtocol) {
        counters[Kind(version: version == .tlsv13 ? "1.3" : "1.2", spoken: spoken)]?.add()
    }

    func fail() { failures.add() }

    /// How many agreed upon what.
    var agreed: [Metric.Reading] {
        counters.sorted { ($0.key.version, $0.key.spoken.rawValue) < ($1.key.version, $1.key.spoken.rawValue) }
            .map { kind, counter in
                .init(
                    Double(counter.value), labels: [("version", kind.version), ("protocol", kind.spoken.rawValue)])
            }
    }

    /// How many came to nothing.
    var failed: Int { failures.value }
}
