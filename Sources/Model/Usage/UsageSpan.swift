/// How long a time is whose calls are counted together.
package enum UsageSpan: String, Hashable, Sendable, CaseIterable {
    case hour
    case day

    /// For how many days hours are kept. For how many days are, the product says.
    package static let hoursKeptDays = 14

    /// In milliseconds.
    package var milliseconds: Int64 {
        switch self {
        case .hour: 3_600_000
        case .day: 86_400_000
        }
    }

    /// The beginning of the hour or day (UTC) in which `time` is.
    package func start(of time: Instant) -> Instant {
        let rest = time.milliseconds % milliseconds
        return Instant(milliseconds: time.milliseconds &- (rest < 0 ? rest &+ milliseconds : rest))
    }
}
