import Limits
import Locking
import ProductDefinition

/// The limits of accounts with time zones of their own, kept so that all accounts of a plan and a zone share one set.
///
/// Bounded: there are a few hundred zones, and where they are too many for the plans, sets are made anew.
final class ZonedLimits: Sendable {
    private static let capacity = 4096

    private struct Key: Hashable {
        let set: ObjectIdentifier
        let zone: String
    }

    private let kept = Lock<[Key: RateLimitSet]>([:])

    /// The limits as they hold in a zone, as they are where they follow none or nobody knows it.
    func limits(_ set: RateLimitSet?, in zone: String?) -> RateLimitSet? {
        guard let set, let zone, set.followsAccount else { return set }
        let key = Key(set: ObjectIdentifier(set), zone: zone)
        if let known = kept.withLock({ $0[key] }) { return known }
        let made = set.following(zoneNamed: zone)
        return kept.withLock { kept in
            if let known = kept[key] { return known }
            if kept.count >= Self.capacity { kept = [:] }
            kept[key] = made
            return made
        }
    }
}
