/// Which lifetimes a kind of credential may have, in seconds.
package struct LifetimePolicy: Hashable, Sendable {
    /// The lifetimes that a page offers, shortest first. A caller of the API may choose any up to the maximum.
    package let offered: [Int]
    /// The one taken when none is asked for.
    package let standard: Int
    /// The longest allowed.
    package let maximum: Int

    /// An hour if nothing is said, a year and a day at most.
    package static let upToAYear = LifetimePolicy(
        unchecked: [3600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400], standard: 3600, maximum: 366 * 86_400)

    private init(unchecked offered: [Int], standard: Int, maximum: Int) {
        self.offered = offered
        self.standard = standard
        self.maximum = maximum
    }

    /// The policy, or nil unless all are positive, at most a hundred years, and none is above the maximum.
    package init?(offered: [Int], standard: Int, maximum: Int) {
        let all = offered + [standard, maximum]
        guard all.allSatisfy({ (1...Self.hundredYears).contains($0) }), all.allSatisfy({ $0 <= maximum }) else {
            return nil
        }
        self.init(unchecked: offered.sorted(), standard: standard, maximum: maximum)
    }

    /// Whether a credential may live for so many seconds.
    package func allows(seconds: Int) -> Bool {
        (1...maximum).contains(seconds)
    }

    private static let hundredYears = 100 * 366 * 86_400
}
