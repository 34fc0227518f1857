package import Limits

extension RateLimitSet {
    /// These as they hold for accounts of a time zone, and as they are where they follow none or nobody knows it.
    ///
    /// - Parameter name: Such as `Europe/Berlin`, nil for none.
    package func following(zoneNamed name: String?) -> RateLimitSet {
        guard followsAccount, let zone = name.flatMap({ TimeZoneOffsets(named: $0) }) else { return self }
        return following(zone)
    }
}
