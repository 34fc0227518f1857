/// Which nodes have heard of a change by the time that its author is answered.
package struct FeedConfirmation: Hashable, Sendable {
    /// How many nodes there are, this one included, as far as this one knows.
    package let nodes: Int
    /// How many of them have heard of it.
    package let confirmed: Int
    /// How long that took, or how long was waited.
    package let milliseconds: Int

    package init(nodes: Int, confirmed: Int, milliseconds: Int) {
        self.nodes = nodes
        self.confirmed = confirmed
        self.milliseconds = milliseconds
    }

    /// Where one process owns the database, its own memory forgets before the change is answered.
    package static let alone = FeedConfirmation(nodes: 1, confirmed: 1, milliseconds: 0)
}

/// What is measured of the feed.
package enum FeedMeasurement: Hashable, Sendable {
    /// A heartbeat came back after so many nanoseconds.
    case heartbeat(nanoseconds: Int64)
    /// The connection was lost.
    case loss
    /// All nodes have confirmed a change, after so many nanoseconds.
    case confirmation(nanoseconds: Int64)
    /// What memory holds whole was read anew, or could not be.
    case refill(isDone: Bool)
    /// Not all nodes have confirmed a change in the time that its author would wait.
    case silence
}
