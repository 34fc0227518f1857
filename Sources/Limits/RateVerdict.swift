/// What became of one call under several limits.
package struct RateVerdict: Sendable {
    /// A limit that was asked, and how it stands after the call.
    package struct Reading: Sendable {
        package let limit: RateLimit
        package fileprivate(set) var standing: RateStanding
        /// How long to wait until the call would not be too much, in milliseconds; nil where it is not.
        package let wait: Int64?

        package init(limit: RateLimit, standing: RateStanding, wait: Int64?) {
            self.limit = limit
            self.standing = standing
            self.wait = wait
        }
    }

    package let readings: [Reading]

    package init(_ readings: [Reading]) {
        self.readings = readings
    }

    /// The limits that refuse the call. Where there is one, none counts it.
    package var violated: [Reading] { readings.filter { $0.wait != nil && $0.limit.mode == .enforce } }

    /// The limits that would have refused it.
    package var exceeded: [Reading] { readings.filter { $0.wait != nil && $0.limit.mode == .observe } }

    /// Whether the call is refused.
    package var isRefused: Bool { readings.contains { $0.wait != nil && $0.limit.mode == .enforce } }

    /// How many seconds to wait until none of them refuses, at least 1.
    package var retryAfter: Int64 {
        violated.reduce(1) { longest, reading in
            max(longest, (reading.wait ?? 0).wholeSeconds, reading.standing.more?.wholeSeconds ?? 0)
        }
    }
}

extension RateVerdict {
    /// Judges a call that costs so much by several limits, and counts it at each of their meters if none refuses it. What a limit that
    /// only observes has no room for, it does not count.
    ///
    /// - Parameters:
    ///   - meters: One for each of the limits.
    ///   - now: In milliseconds since 1970.
    package static func take(
        _ cost: Int, of limits: [RateLimit], _ meters: inout [RateMeter], at now: Int64
    ) -> RateVerdict {
        var readings: [Reading] = []
        readings.reserveCapacity(limits.count)
        var isRefused = false
        for (limit, meter) in zip(limits, meters) {
            let wait = meter.wait(for: cost, under: limit, at: now)
            if wait != nil, limit.mode == .enforce { isRefused = true }
            readings.append(Reading(limit: limit, standing: RateStanding(remaining: 0, more: nil), wait: wait))
        }
        for index in readings.indices {
            let limit = readings[index].limit
            if !isRefused, readings[index].wait == nil { meters[index].use(cost, under: limit, at: now) }
            readings[index].standing = meters[index].standing(under: limit, at: now)
        }
        return RateVerdict(readings)
    }
}

extension Int64 {
    /// Milliseconds as whole seconds, rounded up.
    package var wholeSeconds: Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: 1000)
        return rest > 0 ? quotient + 1 : quotient
    }
}
