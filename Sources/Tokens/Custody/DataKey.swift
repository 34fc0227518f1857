package import CredentialFormat
import Crypto
package import Persistence

/// The key of one holder of sealed values, such as a connection.
///
/// A sealed value: format version (1 byte), algorithm (1), identifier of the data key (16), nonce (12), ciphertext, tag (16). One for
/// each field, so whoever reads one need not open the others.
package struct DataKey: Sendable, Redacted {
    private static let formatVersion: UInt8 = 1
    /// A ``ContextSeal``.
    private static let algorithm: UInt8 = 1

    package let id: ID<DataKeyRow>
    private let seal: ContextSeal

    init(id: ID<DataKeyRow>, key: SymmetricKey) {
        self.id = id
        seal = ContextSeal(key: key)
    }

    package func seal(_ plain: [UInt8], at place: SealedPlace) throws -> [UInt8] {
        try seal.seal(plain, behind: head, for: place.associatedData(sealedUnder: id))
    }

    /// What was sealed, nil if it was changed, or sealed for another place or under another key.
    package func open(_ sealed: [UInt8], at place: SealedPlace) -> [UInt8]? {
        seal.open(sealed, behind: head, for: place.associatedData(sealedUnder: id))
    }

    private var head: [UInt8] {
        [Self.formatVersion, Self.algorithm] + withUnsafeBytes(of: id.value.bigEndian) { Array($0) }
    }
}
