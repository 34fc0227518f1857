/// The window of a limit in which a moment lies, in milliseconds since 1970.
package struct LimitWindow: Hashable, Sendable {
    package let start: Int64
    /// The first moment behind it.
    package let end: Int64

    /// The window of a period without a bucket: an hour of the clock, a day or a month of the zone's calendar.
    ///
    /// - Parameter now: In milliseconds since 1970, within a hundred thousand years of it.
    package init(_ period: RateLimit.Period, in zone: TimeZoneOffsets, at now: Int64) {
        let bounded = min(max(now, -Self.farthest), Self.farthest)
        let time = Self.floor(bounded, 1000)
        switch period {
        case .second, .minute, .hour:
            let length = Int64(period.seconds ?? 1)
            let start = Self.floor(time, length) &* length
            self.init(from: start, to: start &+ length)
        case .day:
            let day = Self.floor(time &+ zone.seconds(at: time), 86_400)
            self.init(from: zone.start(ofDay: day, near: time), to: zone.start(ofDay: day &+ 1, near: time))
        case .month:
            let day = Self.floor(time &+ zone.seconds(at: time), 86_400)
            let first = Self.firstOfMonth(day)
            // No month has more than 31 days.
            let next = Self.firstOfMonth(first &+ 31)
            self.init(
                from: zone.start(ofDay: first, near: first &* 86_400),
                to: zone.start(ofDay: next, near: next &* 86_400))
        }
    }

    private init(from start: Int64, to end: Int64) {
        self.start = start &* 1000
        self.end = end &* 1000
    }

    /// Beyond it no arithmetic here is tried.
    private static let farthest: Int64 = 3_155_760_000_000_000

    private static func floor(_ value: Int64, _ length: Int64) -> Int64 {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: length)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The first day of a day's month, in days since 1970: the proleptic Gregorian calendar, in which 400 years have 146,097 days.
    private static func firstOfMonth(_ day: Int64) -> Int64 {
        // Years are counted from March, so that the leap day is the last of all.
        let sinceMarch = day &+ 719_468
        let dayOfEra = sinceMarch &- floor(sinceMarch, 146_097) &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let month = (5 &* dayOfYear &+ 2) / 153
        return day &- (dayOfYear &- (153 &* month &+ 2) / 5)
    }
}
