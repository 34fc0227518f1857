/// HMAC-SHA-256 of a secret under a pepper: all that is kept of it at rest.
///
/// Deliberately not `Equatable`: ``matches(_:)`` takes the same time wherever the two differ.
package struct SecretDigest: Sendable {
    /// Which pepper made it.
    package let pepperVersion: Int
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// The digest as it was stored, or nil unless it has 32 bytes.
    package init?(stored bytes: [UInt8], pepperVersion: Int) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
        self.pepperVersion = pepperVersion
    }

    init(computed bytes: [UInt8], pepperVersion: Int) {
        self.bytes = bytes
        self.pepperVersion = pepperVersion
    }

    /// Whether both come from the same secret under the same pepper, in constant time.
    package func matches(_ other: SecretDigest) -> Bool {
        pepperVersion == other.pepperVersion && constantTimeEqual(bytes, other.bytes)
    }
}

/// Whether two byte strings are equal, in a time that depends on their lengths alone.
package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
