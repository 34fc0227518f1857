extension RateVerdict {
    /// What becomes of a call under limits that nodes share.
    package enum Shared: Sendable {
        case settled(RateVerdict)
        /// A question to the others has to be answered first.
        case waits
    }

    /// As ``take(_:of:_:at:)``, from what this node has in hand.
    ///
    /// - Parameters:
    ///   - hands: One for each of the limits.
    ///   - uptime: In milliseconds, of the clock of hands.
    ///   - mayWait: Whether the call can wait. If not, it is refused for a second where it would have to.
    package static func spend(
        _ cost: Int, of limits: [RateLimit], _ hands: inout [RateHand], at uptime: Int64, mayWait: Bool
    ) -> Shared {
        let ready = zip(limits, hands).map { limit, hand in hand.readiness(for: cost, under: limit, at: uptime) }
        let enforced = limits.indices.filter { limits[$0].mode == .enforce }
        let isRefused = enforced.contains { if case .empty = ready[$0] { true } else { false } }
        let unknown = enforced.filter { ready[$0] == .unknown }
        if !isRefused, !unknown.isEmpty, mayWait {
            for index in unknown { hands[index].want(cost) }
            return .waits
        }
        let isSettled = isRefused || !unknown.isEmpty
        var readings: [Reading] = []
        for (index, limit) in limits.enumerated() {
            var wait: Int64?
            switch ready[index] {
            case .ready, .credit: break
            case .empty(let milliseconds): wait = milliseconds
            case .unknown: wait = limit.mode == .enforce ? 1000 : nil
            }
            if !isSettled, wait == nil { hands[index].spend(cost, at: uptime) }
            readings.append(
                Reading(limit: limit, standing: hands[index].standing(under: limit, at: uptime), wait: wait))
        }
        return .settled(RateVerdict(readings))
    }
}
