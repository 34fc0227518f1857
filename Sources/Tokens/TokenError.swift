/// What can go wrong in making a token or opening the key ring. Texts name no key and no secret.
package enum TokenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The token says more than a credential text can hold: ask for fewer scopes or audiences.
    case unrepresentable
    /// A key of the ring does not open: it was sealed under another master key, or its row is damaged.
    case doesNotOpen(purpose: String, version: Int)
    /// The ring has keys but none for this purpose.
    case missing(KeyPurpose)
    /// The versions of a purpose are used up, after 65,535 rotations.
    case tooManyVersions(KeyPurpose)

    /// For the log and for the operator's terminal.
    package var description: String {
        switch self {
        case .unrepresentable:
            "the token has more scopes or audiences than a token can hold"
        case .doesNotOpen(let purpose, let version):
            """
            the key ring does not open (\(purpose) key \(version)): this is not the master key that it was sealed \
            under, or the row is damaged
            """
        case .missing(let purpose):
            "the key ring has no \(purpose.rawValue) key although it has others: the database is damaged"
        case .tooManyVersions(let purpose):
            "the key ring has no version left for another \(purpose.rawValue) key"
        }
    }
}
