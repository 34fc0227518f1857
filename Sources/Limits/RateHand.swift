/// What a node may let through of a limit that all nodes share: units that it took from what is left with everyone, before it uses them.
///
/// What is in hand was counted where all nodes count, so nodes together never use more than there is; but for one call that each may let through
/// on credit while it has not heard that there is nothing, and which is counted with its next question. All times are of a clock that nobody sets and that goes on while a process
/// is stopped, in milliseconds.
package struct RateHand: Hashable, Sendable {
    /// How long units of a bucket may lie in a hand, from when they were asked for: so much later than they came in may they be used.
    package static let bucketLife: Int64 = 750
    /// How long units of a window may lie in a hand that nobody uses.
    private static let windowRest: Int64 = 10_000
    /// How long a node takes it for true that nothing is left, at most and at least.
    private static let patience: ClosedRange<Int64> = 100...2000
    /// How long it asks nobody after a question that nobody answered.
    private static let pause: Int64 = 1000

    /// Units in hand.
    package private(set) var units: Int64 = 0
    /// Until when they are good.
    package private(set) var goodUntil = Int64.min
    /// The window that they are of, 0 for a bucket's.
    private var window: Int64 = 0
    /// Used on credit, and not counted yet.
    package private(set) var debt: Int64 = 0
    /// Used since the last question.
    private var spent: Int64 = 0
    /// When that was.
    private var askedAt = Int64.min
    /// When the oldest of the units were asked for.
    private var heldSince = Int64.min
    /// How much the last answer gave.
    private var granted: Int64 = 0
    /// Whether anything was ever heard.
    private var hasHeard = false
    /// Whether less was given than was asked for. There is no credit then.
    private var isShort = false
    /// Until when nothing more is to be had.
    private var emptyUntil = Int64.min
    /// When there is some more, as was heard.
    private var moreAt = Int64.min
    /// How much was left with everyone.
    private var left: Int64 = 0
    /// Taken back while a question is under way that may have counted it.
    private var restored: Int64 = 0
    /// When it heard of another window than before.
    private var windowSince = Int64.min
    /// Wanted by calls that wait.
    private var wanted: Int64 = 0
    /// Whether a question waits or is under way.
    package private(set) var isAsked = false

    package init() {}

    /// What a hand says of a call.
    package enum Readiness: Hashable, Sendable {
        case ready
        /// It is not known that there is nothing, and nothing is owed yet.
        case credit
        /// Nothing is left for so many milliseconds.
        case empty(Int64)
        /// Others have to be asked.
        case unknown
    }

    package func readiness(for cost: Int, under limit: RateLimit, at uptime: Int64) -> Readiness {
        let cost = Int64(cost)
        if cost == 0 || usable(at: uptime) >= cost { return .ready }
        // It never passes, and the others need not be asked.
        if cost > Int64(limit.capacity) { return .empty(max(1, moreAt.less(uptime), Self.bucketLife)) }
        if emptyUntil > uptime { return .empty(max(1, max(moreAt, emptyUntil).less(uptime))) }
        return cost == 1 && !isShort && debt == 0 && !isAsked ? .credit : .unknown
    }

    private func usable(at uptime: Int64) -> Int64 { uptime < goodUntil ? units : 0 }

    /// Uses units in hand, or owes them.
    package mutating func spend(_ cost: Int, at uptime: Int64) {
        let cost = Int64(cost)
        spent = spent.more(cost)
        if usable(at: uptime) >= cost { units -= cost } else { debt = debt.more(cost) }
    }

    /// Takes back what was spent and not used, within ``bucketLife`` and the same window. Later it counts.
    ///
    /// - Parameter spentAt: When it was spent, by the clock of `uptime`.
    package mutating func restore(_ cost: Int, spentAt: Int64, at uptime: Int64) {
        guard uptime < spentAt.more(Self.bucketLife), spentAt >= windowSince else { return }
        let cost = Int64(cost)
        if debt >= cost {
            debt -= cost
        } else if isAsked {
            restored = restored.more(cost)
        } else {
            units = units.more(cost)
        }
    }

    /// A call waits for so much.
    package mutating func want(_ cost: Int) { wanted = wanted.more(Int64(cost)) }

    /// Whether to ask before there is nothing in hand: half of what was given last is used, or something is owed.
    package func wantsMore(at uptime: Int64) -> Bool {
        !isAsked && emptyUntil <= uptime && (debt > 0 || usable(at: uptime) * 2 < granted)
    }

    /// Whether it has to ask although nobody calls: it owes something, or holds what others may need.
    package func hasLapsed(under limit: RateLimit, at uptime: Int64) -> Bool {
        guard !isAsked else { return false }
        if debt > 0 { return true }
        guard units > 0 else { return false }
        // What is of a window that is over is nobody's, and goes with the next question.
        if !limit.period.hasBucket, uptime >= goodUntil { return false }
        return isOld(under: limit, at: uptime)
    }

    /// Whether what it holds is to be given back before more is taken. Units of a bucket are used within twice ``bucketLife`` or not at all.
    private func isOld(under limit: RateLimit, at uptime: Int64) -> Bool {
        if uptime >= goodUntil { return true }
        return uptime >= (limit.period.hasBucket ? heldSince.more(Self.bucketLife) : askedAt.more(Self.windowRest))
    }

    /// Whether it owes or holds anything at all.
    package var holdsAnything: Bool { debt > 0 || units > 0 }

    /// Whether calls wait for it.
    package var isWaitedFor: Bool { wanted > 0 }

    /// Whether it knows anything that counts.
    package func isInUse(at uptime: Int64) -> Bool {
        isAsked || debt > 0 || (units > 0 && uptime < goodUntil) || uptime < emptyUntil
    }

    /// How it stands with everyone, as far as is known here.
    package func standing(under limit: RateLimit, at uptime: Int64) -> RateStanding {
        guard hasHeard else {
            return RateStanding(remaining: max(0, Int64(limit.capacity) - debt), more: debt > 0 ? Self.bucketLife : nil)
        }
        let remaining = min(Int64(limit.capacity), max(0, left.more(usable(at: uptime)) - debt))
        let isFull = remaining == Int64(limit.capacity)
        return RateStanding(remaining: remaining, more: isFull ? nil : max(1, moreAt.less(uptime)))
    }

    /// It waits for its turn to be asked for.
    package mutating func queue() { isAsked = true }

    /// The question for more, with what is owed and what is given back. What is in it is in no hand any more.
    ///
    /// - Parameter isLast: Whether all is given back and nothing taken.
    package mutating func ask(under limit: RateLimit, at uptime: Int64, isLast: Bool = false) -> RateQuestion {
        isAsked = true
        let most = max(1, Int64(limit.capacity) / 20)
        let isGivingBack = isLast || isOld(under: limit, at: uptime)
        let kept = isGivingBack ? 0 : units
        let returned = isGivingBack ? units : 0
        // Who calls seldom takes nothing ahead, which would have to be given back. Who calls often takes twice what was used meanwhile.
        let isBusy = spent > 0 && uptime < askedAt.more(Self.bucketLife)
        let chunk = isBusy ? min(most, max(2, spent.more(spent))) : 0
        askedAt = uptime
        let question = RateQuestion(
            charge: debt, returned: returned, window: window,
            wanted: isLast ? 0 : min(Int64(limit.capacity), wanted.more(max(0, chunk - kept))), needed: wanted,
            askedAt: uptime)
        units = kept
        debt = 0
        wanted = 0
        spent = 0
        return question
    }

    /// What was answered. Calls that wait decide again, and say anew what they want. A grant is not good for longer than said, from when it was asked for.
    package mutating func hear(_ answer: RateAnswer, to question: RateQuestion, at uptime: Int64) {
        isAsked = false
        wanted = 0
        if answer.window != window || uptime >= goodUntil { units = 0 }
        if units == 0 { heldSince = question.askedAt }
        if hasHeard, answer.window != window {
            windowSince = uptime
            restored = 0
        }
        hasHeard = true
        window = answer.window
        units = units.more(answer.granted)
        granted = units
        units = units.more(restored)
        restored = 0
        goodUntil = question.askedAt.more(answer.goodFor)
        left = answer.left
        moreAt = question.askedAt.more(answer.wait)
        isShort = answer.left == 0 || answer.granted < question.needed
        emptyUntil =
            isShort
            ? uptime.more(min(max(answer.wait, Self.patience.lowerBound), Self.patience.upperBound)) : .min
    }

    /// Nobody knows what became of a question. What it wanted to give back may be given back already, so it is not given back again; what is owed
    /// is counted once more rather than not at all.
    package mutating func fail(_ question: RateQuestion, at uptime: Int64) {
        isAsked = false
        wanted = 0
        isShort = true
        emptyUntil = uptime.more(Self.pause)
        debt = debt.more(question.charge).less(restored)
        restored = 0
    }
}

/// What a node asks of a limit's common count.
package struct RateQuestion: Hashable, Sendable {
    /// Used already.
    package let charge: Int64
    /// Taken and not used, of the window.
    package let returned: Int64
    package let window: Int64
    /// How much is asked for.
    package let wanted: Int64
    /// How much of that calls wait for.
    let needed: Int64
    let askedAt: Int64
}

/// What a limit's common count answers.
package struct RateAnswer: Hashable, Sendable {
    package let granted: Int64
    /// What is left with everyone.
    let left: Int64
    /// In how many milliseconds there is some more.
    let wait: Int64
    /// For how many milliseconds the grant is good.
    let goodFor: Int64
    /// The window that it is of, 0 for a bucket's.
    let window: Int64
}

extension RateMeter {
    /// Answers a question at the one meter that all nodes share.
    ///
    /// - Parameter now: By the clock that they share, in milliseconds since 1970.
    package mutating func answer(_ question: RateQuestion, under limit: RateLimit, at now: Int64) -> RateAnswer {
        let window = limit.period.hasBucket ? nil : window(under: limit, at: now)
        // What is of a window that is over is nobody's.
        if question.returned > 0, window.map({ $0.start == question.window }) ?? true {
            giveBack(Int(clamping: question.returned), under: limit, at: now)
        }
        if question.charge > 0 { use(Int(clamping: question.charge), under: limit, at: now) }
        let granted = min(max(0, question.wanted), standing(under: limit, at: now).remaining)
        if granted > 0 { use(Int(clamping: granted), under: limit, at: now) }
        let after = standing(under: limit, at: now)
        return RateAnswer(
            granted: granted, left: after.remaining, wait: after.more ?? 0,
            goodFor: window.map { $0.end - now } ?? RateHand.bucketLife, window: window?.start ?? 0)
    }
}

extension Int64 {
    fileprivate func more(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, 0 where it is negative.
    fileprivate func less(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : 0) : Swift.max(0, difference)
    }
}
