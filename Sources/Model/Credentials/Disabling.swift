/// Somebody has a client refused until it is enabled again, with all tokens that were issued to it.
package struct Disabling: Hashable, Sendable {
    package let at: Instant
    /// As in ``Actor/label``.
    package let by: String

    package init(at: Instant, by: String) {
        self.at = at
        self.by = by
    }
}
