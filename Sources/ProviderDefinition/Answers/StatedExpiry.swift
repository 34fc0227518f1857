package import Model

/// When something ends, as an answer says it.
package enum StatedExpiry: Sendable, Hashable {
    /// So many seconds after the request was sent.
    case after(seconds: Int)
    /// At this time.
    case at(Instant)
    case never
}
