package import CredentialFormat
package import Model

/// What can go wrong with the keys that seal what must be opened again. Texts name keys by identifier, and no secret.
package enum CustodyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A master key does not open what was sealed under the key of that name to know it again.
    case canary(masterKey: String)
    /// The master key that seals is none of those that this process was given.
    case notGiven(masterKey: String)
    /// Keys of organizations are wrapped by a master key that this node was not given.
    case missing(masterKey: String)
    /// The key of an organization does not open: its row was changed.
    case unreadable(ID<Organization>)

    package var description: String {
        switch self {
        case .canary(let key):
            "the master key \(key) does not open its canary: the row of master_key was changed"
        case .notGiven(let key):
            """
            the key ring does not open: it is sealed under the master key \(key), which was not given: name it as the master \
            key, or as the previous one while it is being changed
            """
        case .missing(let key):
            """
            keys of organizations are sealed under the master key \(key), which this node was not given: name it as \
            a previous one until nothing is sealed under it any more
            """
        case .unreadable(let organization):
            "the key of \(organization) does not open: its row is damaged"
        }
    }
}
