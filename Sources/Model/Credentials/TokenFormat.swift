/// What an access token looks like.
package enum TokenFormat: String, Hashable, Sendable, CaseIterable {
    /// Sealed, opaque to everyone but us (record 0001).
    case sealed
    /// A signed JWT (RFC 9068).
    case jwt
}
