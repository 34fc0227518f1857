/// How much a caller may ask in a time: a rule of the product's or of a plan's.
///
/// Up to a minute it is a token bucket (GCRA, ITU-T I.371 annex A): ``amount`` are added in each ``period``, evenly, and at most ``burst``
/// wait to be used. Above it is a count that begins anew with each window of the clock or the calendar.
///
/// An object, because each call hands several of them on.
package final class RateLimit: Hashable, Sendable {
    /// In which time so many may be asked.
    package enum Period: String, Hashable, Sendable, CaseIterable {
        case second, minute, hour, day, month
    }

    /// Of what the uses are counted together.
    package enum Holder: String, Hashable, Sendable, CaseIterable {
        case credential, organization, account
    }

    /// What becomes of a call that is too much.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// It is refused.
        case enforce
        /// It is let through, and counted as one that would have been refused.
        case observe
    }

    /// What is counted.
    package enum Counted: String, Hashable, Sendable, CaseIterable {
        /// Calls at `/verify`.
        case calls
        /// Access tokens that clients are given.
        case tokens
    }

    /// For whose calls it holds.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case apiKey = "api_key"
        case integration
        case app
    }

    /// What the limit is called that those who manage a credential set. No product has one of that name.
    package static let ownName = "own"

    /// The most that ``amount`` may be.
    package static let maximumAmount = 1_000_000_000

    /// What it is called on the wire: 1 to 32 lower-case letters, digits, `-` and `_`, a letter first.
    package let name: String
    /// How much in each period: 1 to ``maximumAmount``.
    package let amount: Int
    package let period: Period
    package let holder: Holder
    package let mode: Mode
    package let counted: Counted
    /// How much at once, where the period has a bucket: 1 to ``amount``.
    package let burst: Int
    /// By whose calendar days and months begin.
    package let zone: TimeZoneOffsets
    /// Whether that is the zone of each account, where it has one; ``zone`` where it has none.
    package let followsAccount: Bool
    package let kinds: Set<Kind>
    /// The name as a number, by which uses are kept (FNV-1a, 64 bits).
    package let fingerprint: UInt64

    /// - Parameter burst: Nil for as much as in a period.
    package init(
        name: String, amount: Int, per period: Period, of holder: Holder = .credential, mode: Mode = .enforce,
        burst: Int? = nil, in zone: TimeZoneOffsets = .utc, followingAccount followsAccount: Bool = false,
        for kinds: Set<Kind> = Set(Kind.allCases),
        counting counted: Counted = .calls
    ) {
        self.name = name
        self.amount = min(max(amount, 1), Self.maximumAmount)
        self.period = period
        self.holder = holder
        self.mode = mode
        self.burst = min(max(burst ?? self.amount, 1), self.amount)
        self.zone = zone
        self.followsAccount = followsAccount
        self.kinds = kinds
        self.counted = counted
        fingerprint = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    /// Whether a name may stand in the header fields as it is.
    package static func allows(name: String) -> Bool {
        name != ownName && name.wholeMatch(of: /[a-z][a-z0-9_\-]{0,31}/) != nil
    }

    package static func == (left: RateLimit, right: RateLimit) -> Bool {
        left === right
            || (left.name == right.name && left.amount == right.amount && left.period == right.period
                && left.holder == right.holder && left.mode == right.mode && left.burst == right.burst
                && left.zone == right.zone && left.followsAccount == right.followsAccount && left.kinds == right.kinds
                && left.counted == right.counted)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(amount)
        hasher.combine(period)
    }

    /// As it holds for accounts of a time zone.
    func following(_ zone: TimeZoneOffsets) -> RateLimit {
        guard followsAccount else { return self }
        return RateLimit(
            name: name, amount: amount, per: period, of: holder, mode: mode, burst: burst, in: zone,
            followingAccount: true, for: kinds, counting: counted)
    }

    /// How much is there at the very most.
    package var capacity: Int { period.hasBucket ? burst : amount }
}

extension RateLimit.Period {
    /// Whether it is a bucket that fills evenly, and no window.
    package var hasBucket: Bool {
        switch self {
        case .second, .minute: true
        case .hour, .day, .month: false
        }
    }

    /// How long it is in seconds, nil where that depends on the month. A day has so many but for two in a year.
    package var seconds: Int? {
        switch self {
        case .second: 1
        case .minute: 60
        case .hour: 3600
        case .day: 86_400
        case .month: nil
        }
    }
}
