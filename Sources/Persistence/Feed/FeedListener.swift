package import Model

/// What remembers, and has to forget what was changed. It is told on the thread that committed the change or heard of it, in the order of
/// the feed: it must be quick and must not call the store.
package protocol FeedListener: Sendable {
    /// These were changed, here or by another node.
    func hear(_ changes: [Change], at now: Instant)

    /// Whatever was changed was not heard for a while, or was too much to be named.
    func forgetEverything()

    /// Everything has been heard that was committed before this moment, in nanoseconds of the clock that trust in memory goes by.
    /// Told by nodes among others alone.
    func hasHeardEverything(before moment: Int64)
}

extension FeedListener {
    package func hasHeardEverything(before moment: Int64) {}
}
