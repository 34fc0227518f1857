package import Measuring

/// How often memory did not suffice, and what was looked up instead.
package final class LookUpMeasures: Sendable {
    /// What became of a look-up.
    enum Outcome: Int, CaseIterable {
        case found
        /// There is no such thing.
        case absent
        /// The limit on what may not exist (``LookUpLimit``).
        case refused
        /// The database did not answer.
        case failed
    }

    private static let kinds = [
        "api_key", "client", "access_key", "contact", "audiences", "organization", "lineage", "revocation", "key_ring",
    ]

    private let tally = Tally(kinds.count * Outcome.allCases.count)

    /// Wrong secrets of clients, and those of them of which no more was said.
    private let wrongSecrets = Tally(2)

    func noteWrongSecret(isTooMany: Bool) {
        wrongSecrets.add(at: isTooMany ? 1 : 0)
    }

    func note(_ missing: Missing, _ outcome: Outcome) {
        guard let kind = Self.place(of: missing) else { return }
        tally.add(at: kind * Outcome.allCases.count + outcome.rawValue)
    }

    private static func place(of missing: Missing) -> Int? {
        switch missing {
        case .apiKey: 0
        case .client: 1
        case .accessKey: 2
        case .contact: 3
        case .audiences: 4
        case .organization: 5
        case .lineage: 6
        case .revocation: 7
        case .keyRing: 8
        // What it wraps is noted.
        case .asked: nil
        }
    }

    package var metrics: [Metric] {
        [
            metric,
            Metric(
                "claviger_wrong_client_secrets_total", .counter, "Wrong secrets of clients at the OAuth endpoints."
            ) { [wrongSecrets] in
                ["refused", "throttled"].enumerated().map { place, outcome in
                    .init(Double(wrongSecrets[place]), labels: [("outcome", outcome)])
                }
            },
        ]
    }

    private var metric: Metric {
        Metric(
            "claviger_lookups_total", .counter, "What verification did not know from memory and asked the database for."
        ) { [tally] in
            Self.kinds.enumerated().flatMap { kind, name in
                Outcome.allCases.map { outcome in
                    .init(
                        Double(tally[kind * Outcome.allCases.count + outcome.rawValue]),
                        labels: [("kind", name), ("outcome", "\(outcome)")])
                }
            }
        }
    }
}
