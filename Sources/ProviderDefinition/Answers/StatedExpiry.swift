/// When something ends, as an answer says it.
package enum StatedExpiry: Sendable, Hashable {
    /// So many seconds after the request was sent.
    case after(seconds: Int)
    /// At this time, in seconds since 1970.
    case at(seconds: Int)
    case never
}
