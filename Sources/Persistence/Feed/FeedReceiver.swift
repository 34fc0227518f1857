/// The end of the revocation feed that is told what was heard. The listening connection drives it, from one thread of its
/// own; it must be quick and must not call the store.
package protocol FeedReceiver: Sendable {
    /// A connection listens from now on. Whatever was committed before may have been missed; whatever is committed from
    /// now on will be heard, in its order.
    func listeningBegan()

    /// A message was heard.
    ///
    /// - Returns: What to say to that.
    func heard(_ message: FeedMessage) -> [FeedMessage]

    /// It is time for a heartbeat, four times a second while a connection listens.
    ///
    /// - Returns: The heartbeat, or nil to give the connection up, which has not brought one back for too long.
    func heartbeat() -> FeedMessage?

    /// The connection is lost, or was given up. Another one is made at once, and again until it listens.
    func listeningEnded()
}
