/// How many calls a credential may make at most, as those say who manage it. Written as `100/minute`.
///
/// It holds besides the limits of the product and the plan, so it never gives more than those.
package struct CallLimit: Hashable, Sendable, CustomStringConvertible {
    /// In which time.
    package enum Period: String, Hashable, Sendable, CaseIterable {
        case second, minute, hour, day, month
    }

    /// What ``amount`` may be.
    package static let amounts = 1...1_000_000_000

    package let amount: Int
    package let period: Period

    /// The limit that `text` spells, nil for what is none. Each has one spelling.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let amount = Int(parts[0]), Self.amounts.contains(amount), String(amount) == parts[0],
            let period = Period(rawValue: String(parts[1]))
        else { return nil }
        self.amount = amount
        self.period = period
    }

    package var description: String { "\(amount)/\(period.rawValue)" }
}
