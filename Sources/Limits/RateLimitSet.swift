/// The limits that hold for the accounts of a plan, all of them at once: what any of them refuses is refused.
///
/// An object, because everything that is known of an organization refers to it.
package final class RateLimitSet: Sendable {
    /// The most limits of a product and a plan together.
    package static let maximumCount = 16

    /// Those of calls, or those of tokens: at most ``maximumCount``.
    package let limits: [RateLimit]
    /// Those that count the tokens which clients are given, nil where there are none.
    package let tokens: RateLimitSet?
    private let byKind: [[Int]]
    private let limitsByKind: [[RateLimit]]
    private let policies: [String]

    /// - Returns: Nil where there are none: then nothing is asked anywhere.
    package convenience init?(_ limits: [RateLimit]) {
        guard !limits.isEmpty else { return nil }
        let limits = limits.prefix(Self.maximumCount)
        let tokens = limits.filter { $0.counted == .tokens }
        self.init(
            of: limits.filter { $0.counted == .calls },
            tokens: tokens.isEmpty ? nil : RateLimitSet(of: tokens, tokens: nil))
    }

    /// These, where there are any, and a credential's own.
    package convenience init(_ others: RateLimitSet?, besides own: RateLimit) {
        self.init(of: (others?.limits ?? []) + [own], tokens: others?.tokens)
    }

    private init(of limits: [RateLimit], tokens: RateLimitSet?) {
        self.limits = limits
        self.tokens = tokens
        byKind = RateLimit.Kind.allCases.map { kind in limits.indices.filter { limits[$0].kinds.contains(kind) } }
        limitsByKind = byKind.map { indices in indices.map { limits[$0] } }
        policies = byKind.map { indices in indices.map { RateLimitFields.policy(limits[$0]) }.joined(separator: ", ") }
    }

    /// Whether any of them begins its days or months by the account's own time zone.
    package var followsAccount: Bool { limits.contains(where: \.followsAccount) || tokens?.followsAccount == true }

    /// These as they hold for accounts of a time zone.
    package func following(_ zone: TimeZoneOffsets) -> RateLimitSet {
        RateLimitSet(of: limits.map { $0.following(zone) }, tokens: tokens?.following(zone))
    }

    /// The places of the limits that hold for calls of a kind.
    package func indices(for kind: RateLimit.Kind) -> [Int] { byKind[kind.place] }

    /// Those limits themselves.
    package func limits(for kind: RateLimit.Kind) -> [RateLimit] { limitsByKind[kind.place] }

    /// The value of `RateLimit-Policy` for calls of a kind, empty where there is none.
    package func policy(for kind: RateLimit.Kind) -> String { policies[kind.place] }
}

extension RateLimit.Kind {
    fileprivate var place: Int {
        switch self {
        case .apiKey: 0
        case .integration: 1
        case .app: 2
        }
    }
}
