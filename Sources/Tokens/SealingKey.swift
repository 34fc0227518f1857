import Crypto
import Model

/// One version of the key that seals access tokens.
struct SealingKey: Sendable {
    /// Stands in front of what it sealed.
    let version: UInt16
    /// From when on nothing that it sealed is accepted, nil while it is the newest.
    let retiresAt: Instant?
    let key: SymmetricKey
}
