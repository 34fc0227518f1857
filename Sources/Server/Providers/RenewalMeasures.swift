import Connections
import HTTPServing
import Locking
import Measuring
import ProviderDefinition

/// How often providers were asked to renew, by what came of it.
final class RenewalMeasures: Sendable {
    private struct Label: Hashable {
        let provider: String
        let outcome: String
    }

    private let counts = Lock<[Label: Int]>([:])

    /// A provider was asked.
    func note(_ reply: ProviderReply, of provider: String) {
        counts.withLock { $0[Label(provider: provider, outcome: Self.word(for: reply)), default: 0] += 1 }
    }

    private static func word(for reply: ProviderReply) -> String {
        switch reply {
        case .tokens: "renewed"
        case .notSent: "not_sent"
        case .lost: "lost"
        case .failed(let failure):
            switch failure.errorClass {
            case .retry: "outage"
            case .rateLimited: "rate_limited"
            case .configError: "operator_fault"
            case .renewThenReauth, .reauthRequired, .revoked, .userAction, .permissionMissing, .blocked: "refused"
            }
        }
    }

    var readings: [Metric.Reading] {
        counts.withLock { $0 }.sorted { ($0.key.provider, $0.key.outcome) < ($1.key.provider, $1.key.outcome) }
            .map { .init(Double($1), labels: [("provider", $0.provider), ("outcome", $0.outcome)]) }
    }
}

/// Asks as another does, and counts what comes of it.
struct MeasuredRenewal: RenewalCaller {
    private let caller: any RenewalCaller
    private let measures: RenewalMeasures

    init(_ caller: any RenewalCaller, by measures: RenewalMeasures) {
        self.caller = caller
        self.measures = measures
    }

    func renew(_ request: RenewalRequest) async -> ProviderReply {
        let reply = await caller.renew(request)
        measures.note(reply, of: request.provider.identifier)
        return reply
    }
}
