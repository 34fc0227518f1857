/// What was used of one limit by one holder: 16 bytes, read by the limit that it belongs to.
///
/// A meter that nobody used yet is as one that was never made. All arithmetic saturates. A clock that is set back by up to a period locks
/// nobody out for longer than that; by more, meters begin anew.
package struct RateMeter: Hashable, Sendable {
    /// Of a bucket: when it is full again, in nanoseconds since 1970 (GCRA's theoretical arrival time). Of a window: its start, in
    /// milliseconds.
    package private(set) var mark: Int64
    /// How much was used in the window.
    package private(set) var used: Int64

    package init(mark: Int64 = .min, used: Int64 = 0) {
        self.mark = mark
        self.used = used
    }

    /// How much is left, and when there is more.
    ///
    /// - Parameter now: In milliseconds since 1970.
    package func standing(under limit: RateLimit, at now: Int64) -> RateStanding {
        guard limit.period.hasBucket else {
            let window = window(under: limit, at: now)
            let used = mark == window.start ? used : 0
            return RateStanding(
                remaining: max(0, Int64(limit.amount) - used), more: used > 0 ? window.end.minus(now) : nil)
        }
        let bucket = Bucket(limit)
        let lag = bucket.lag(of: mark, at: now)
        let remaining = max(0, bucket.depth - lag) / bucket.interval
        guard lag > 0 else { return RateStanding(remaining: remaining, more: nil) }
        let rest = lag % bucket.interval
        let next = lag < bucket.depth ? (rest == 0 ? bucket.interval : rest) : lag - bucket.depth + bucket.interval
        return RateStanding(remaining: remaining, more: next.roundedUp(by: Bucket.millisecond))
    }

    /// How long it takes until so much is there, in milliseconds; nil where it is there now. What is more than there can ever be takes as
    /// long as it takes to have all.
    package func wait(for cost: Int, under limit: RateLimit, at now: Int64) -> Int64? {
        guard limit.period.hasBucket else {
            let window = window(under: limit, at: now)
            let used = mark == window.start ? used : 0
            return used.plus(Int64(cost)) <= Int64(limit.amount) ? nil : max(1, window.end.minus(now))
        }
        let bucket = Bucket(limit)
        let lag = bucket.lag(of: mark, at: now)
        let over = lag.plus(bucket.cost(cost)).minus(bucket.depth)
        guard over > 0 else { return nil }
        return max(1, min(over, max(lag, bucket.interval)).roundedUp(by: Bucket.millisecond))
    }

    /// Uses so much, whether it is there or not: of a bucket, a period's at most is owed.
    package mutating func use(_ cost: Int, under limit: RateLimit, at now: Int64) {
        guard limit.period.hasBucket else {
            let window = window(under: limit, at: now)
            if mark != window.start { self = RateMeter(mark: window.start) }
            used = used.plus(Int64(cost))
            return
        }
        let bucket = Bucket(limit)
        let lag = bucket.lag(of: mark, at: now).plus(bucket.cost(cost))
        mark = Bucket.nanoseconds(now).plus(min(lag, bucket.depth.plus(bucket.length)))
    }

    /// Gives back what was taken and not used.
    package mutating func giveBack(_ cost: Int, under limit: RateLimit, at now: Int64) {
        guard limit.period.hasBucket else {
            let window = window(under: limit, at: now)
            if mark == window.start { used = max(0, used.minus(Int64(cost))) }
            return
        }
        let bucket = Bucket(limit)
        let lag = bucket.lag(of: mark, at: now).minus(bucket.cost(cost))
        mark = Bucket.nanoseconds(now).plus(max(0, lag))
    }

    /// The window in which what is asked at a moment counts. Where one has begun meanwhile it is that one: a call that took its time, or a clock that
    /// was set back by less than a window, gives nobody a window anew.
    func window(under limit: RateLimit, at now: Int64) -> LimitWindow {
        let window = LimitWindow(limit.period, in: limit.zone, at: now)
        return mark == window.end ? LimitWindow(limit.period, in: limit.zone, at: mark) : window
    }

    /// From when on it is as one that nobody used, in milliseconds since 1970, if it is not used again.
    package func idleAt(under limit: RateLimit, at now: Int64) -> Int64 {
        guard limit.period.hasBucket else {
            let window = window(under: limit, at: now)
            return mark == window.start ? window.end : now
        }
        return now.plus(Bucket(limit).lag(of: mark, at: now).roundedUp(by: Bucket.millisecond))
    }
}

/// How much is left of a limit.
package struct RateStanding: Hashable, Sendable {
    package let remaining: Int64
    /// In how many milliseconds there is some more, nil where all is there.
    package let more: Int64?

    package init(remaining: Int64, more: Int64?) {
        self.remaining = remaining
        self.more = more
    }
}

/// A limit's bucket in nanoseconds: one use weighs ``interval``, rounded up, so that no rounding lets more through.
private struct Bucket {
    static let millisecond: Int64 = 1_000_000

    let interval: Int64
    let depth: Int64
    /// The period: the longest that may be owed.
    let length: Int64

    init(_ limit: RateLimit) {
        length = Int64(limit.period.seconds ?? 1) * 1_000_000_000
        interval = length.roundedUp(by: Int64(limit.amount))
        depth = interval.times(Int64(limit.burst))
    }

    static func nanoseconds(_ milliseconds: Int64) -> Int64 { milliseconds.times(millisecond) }

    func cost(_ cost: Int) -> Int64 { interval.times(Int64(cost)) }

    /// How far the bucket is from full, which is more than its depth where more was used than there was. What is full only after a period
    /// more was marked by a clock that was wrong.
    func lag(of mark: Int64, at now: Int64) -> Int64 {
        let distance = mark.minus(Self.nanoseconds(now))
        return distance > depth + length ? 0 : max(0, distance)
    }
}

extension Int64 {
    fileprivate func plus(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func minus(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    fileprivate func times(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }

    /// The quotient by a positive number, rounded up.
    fileprivate func roundedUp(by length: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: length)
        return rest > 0 ? quotient + 1 : quotient
    }
}
