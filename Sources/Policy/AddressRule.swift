/// From where a credential may be used. An empty list cannot be written, so "no rule" never happens by accident (law 3).
package enum AddressRule: Hashable, Sendable {
    /// From any address.
    case anywhere
    /// From these blocks only.
    case within(IPRange, or: [IPRange] = [])

    /// The most blocks that a rule may name.
    package static let maximumCount = 64

    /// The rule that allows these blocks, or nil for none or for more than 64.
    package init?(within ranges: [IPRange]) {
        guard let first = ranges.first, ranges.count <= Self.maximumCount else { return nil }
        self = .within(first, or: Array(ranges.dropFirst()))
    }

    /// The blocks, or nil for anywhere.
    package var ranges: [IPRange]? {
        switch self {
        case .anywhere: nil
        case .within(let first, let others): [first] + others
        }
    }

    /// Whether a call from `address` is allowed. An unknown address is allowed by no list.
    package func allows(_ address: IPAddress?) -> Bool {
        switch self {
        case .anywhere: true
        case .within(let first, let others):
            address.map { address in first.contains(address) || others.contains { $0.contains(address) } } ?? false
        }
    }
}
