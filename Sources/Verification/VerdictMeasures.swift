package import Measuring
import Policy

/// How often which kind of credential was admitted or refused, and by which rule. Every verification counts here, so each core does for
/// itself.
package final class VerdictMeasures: Sendable {
    private static let admitted = "admitted"
    /// Rules in the order of law 4, behind what was admitted.
    private static let verdicts: [String] =
        [admitted]
        + [
            Verdict.Rule.malformed, .unknown, .revoked, .disabled, .expired, .suspended, .plan, .address, .audience,
            .organization, .rate, .scope(.empty),
        ].map(\.name)
    private static let credentials = ["api_key", "access_token", "unknown"]

    private let tally = Tally(credentials.count * verdicts.count, isSpread: true)

    /// Notes the verdict of a judgement, if there was one.
    func note(_ record: JudgementRecord) {
        let credential: Int
        switch record.credential {
        case .apiKey: credential = 0
        case .accessToken: credential = 1
        case nil:
            guard record.refusal != nil else { return }
            credential = 2
        }
        tally.add(at: credential * Self.verdicts.count + (record.refusal.map(Self.place) ?? 0))
    }

    private static func place(of rule: Verdict.Rule) -> Int {
        switch rule {
        case .malformed: 1
        case .unknown: 2
        case .revoked: 3
        case .disabled: 4
        case .expired: 5
        case .suspended: 6
        case .plan: 7
        case .address: 8
        case .audience: 9
        case .organization: 10
        case .rate: 11
        case .scope: 12
        }
    }

    /// All but what nobody can meet: a credential that is not known breaks no rule about what is known of it.
    package var metric: Metric {
        Metric("claviger_verdicts_total", .counter, "Verdicts on credentials that were shown or asked about.") {
            [tally] in
            Self.credentials.enumerated().flatMap { credential, name in
                Self.verdicts.enumerated().compactMap { place, verdict -> Metric.Reading? in
                    let count = tally[credential * Self.verdicts.count + place]
                    guard count > 0 || name != "unknown" else { return nil }
                    return .init(Double(count), labels: [("credential", name), ("verdict", verdict)])
                }
            }
        }
    }
}
