package import Measuring
package import Model
package import OAuth

/// How many access tokens were given out, and how often what had been used up was presented again.
package final class TokenMeasures: Sendable {
    /// For what a token was given.
    package enum Cause: Sendable {
        case grant(GrantType)
        /// A member had it made.
        case byHand

        fileprivate static let all: [Cause] = GrantType.allCases.map(Self.grant) + [.byHand]

        fileprivate var place: Int {
            switch self {
            case .grant(.authorizationCode): 0
            case .grant(.refreshToken): 1
            case .grant(.clientCredentials): 2
            case .byHand: 3
            }
        }

        fileprivate var name: String {
            switch self {
            case .grant(let type): type.rawValue
            case .byHand: "by_hand"
            }
        }
    }

    private let given = Tally(Cause.all.count * TokenFormat.allCases.count, isSpread: true)
    private let alarms = Tally(ReuseAlarm.allCases.count)

    package init() {}

    /// A token was given out.
    package func note(_ cause: Cause, _ format: TokenFormat) {
        given.add(at: Self.place(cause, format))
    }

    /// An exchange was refused.
    func note(_ refusal: OAuthError) {
        guard let alarm = ReuseAlarm(rawValue: refusal.rule), let place = ReuseAlarm.allCases.firstIndex(of: alarm)
        else { return }
        alarms.add(at: place)
    }

    private static func place(_ cause: Cause, _ format: TokenFormat) -> Int {
        switch format {
        case .sealed: cause.place
        case .jwt: cause.place + Cause.all.count
        }
    }

    package var metrics: [Metric] {
        [
            Metric("claviger_tokens_total", .counter, "Access tokens that were given out.") { [given] in
                Cause.all.flatMap { cause in
                    TokenFormat.allCases.map { format in
                        .init(
                            Double(given[Self.place(cause, format)]),
                            labels: [("grant", cause.name), ("format", format.rawValue)])
                    }
                }
            },
            Metric(
                "claviger_reuse_alarms_total", .counter,
                "Refresh tokens and codes that were presented again after their use; all that came from them was revoked."
            ) { [alarms] in
                ReuseAlarm.allCases.enumerated().map { place, alarm in
                    .init(Double(alarms[place]), labels: [("rule", alarm.rawValue)])
                }
            },
        ]
    }
}
