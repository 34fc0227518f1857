/// How many calls with the same traits there were in an hour.
package struct CountedCalls: Hashable, Sendable {
    package let traits: CallTraits
    /// The beginning of the hour.
    package let hour: Instant
    package let count: Int

    package init(_ traits: CallTraits, in hour: Instant, count: Int) {
        self.traits = traits
        self.hour = hour
        self.count = count
    }
}
