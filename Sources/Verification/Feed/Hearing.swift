import Synchronization

/// Whether the cache is fresh: this node has heard of everything that was changed until a moment ago, so that memory may be
/// believed (law 5).
///
/// A comparison with the clock, made for every judgement, and never a flag that somebody would have to clear in time: a
/// process that was stopped and goes on sees at once that its trust has lapsed.
package final class Hearing: Sendable {
    /// Nil where there is nobody to listen to.
    private let clock: (@Sendable () -> Int64)?
    let patience: LookUpPatience
    private let trustedUntil = Atomic(Int64.min)
    private let graceUntil = Atomic(Int64.min)

    /// The hearing of a process that owns its database: whatever is changed, it changes itself. Costs no look at a clock.
    package static let always = Hearing(unlessWith: nil, .unlimited)

    /// The hearing of one node among others. It has heard nothing yet.
    ///
    /// - Parameters:
    ///   - clock: Nanoseconds that count on whatever stands still, as ``Uptime`` has them.
    ///   - patience: How long a judgement waits for its look-ups.
    package convenience init(
        clock: @escaping @Sendable () -> Int64 = Uptime.nanoseconds, patience: LookUpPatience = .unlimited
    ) {
        self.init(unlessWith: clock, patience)
    }

    private init(unlessWith clock: (@Sendable () -> Int64)?, _ patience: LookUpPatience) {
        self.clock = clock
        self.patience = patience
    }

    /// Whether memory may be believed at this moment.
    package var isCurrent: Bool {
        guard let clock else { return true }
        return clock() <= trustedUntil.load(ordering: .acquiring)
    }

    /// Whether memory may be believed although it is not current, because the database cannot be asked either and the
    /// product allows it (``ProductPolicy/revocationGraceSeconds``).
    var isInGrace: Bool {
        guard let clock else { return false }
        return clock() <= graceUntil.load(ordering: .acquiring)
    }

    /// The time of its clock; nil where there is nobody to listen to.
    var uptime: Int64? { clock?() }

    /// For how long memory may still be believed.
    var trustLeft: Duration {
        guard let clock else { return .zero }
        let (left, isOutOfRange) = trustedUntil.load(ordering: .acquiring).subtractingReportingOverflow(clock())
        return isOutOfRange ? .zero : .nanoseconds(max(0, left))
    }

    /// How old what memory holds may be, in nanoseconds: so long ago was the moment before which everything has been heard. Nil while
    /// memory is not trusted.
    package var age: Int64? {
        guard let clock else { return 0 }
        let trustedUntil = trustedUntil.load(ordering: .acquiring)
        guard trustedUntil > .min else { return nil }
        return max(0, clock() - (trustedUntil - FeedState.reach))
    }

    /// Until when memory may be believed, in nanoseconds of the clock.
    func believe(until trustedUntil: Int64, inGraceUntil graceUntil: Int64) {
        self.trustedUntil.store(trustedUntil, ordering: .releasing)
        self.graceUntil.store(graceUntil, ordering: .releasing)
    }
}
