package import CredentialFormat
package import Model

/// Whose rows the statements of a body meet. PostgreSQL holds to it by itself, also where a statement forgot to say so
/// (record 0040); SQLite does not.
package enum RowScope: Hashable, Sendable {
    /// Everybody's: the operator's own work, and what is of no account or of several by its nature.
    case everything
    /// Those of one account.
    case account(ID<Organization>)
    /// None.
    case nothing

    /// The account's identifier in hexadecimal, empty where there is none.
    package var account: String {
        guard case .account(let id) = self else { return "" }
        let digits = String(id.value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// The stored path of the account's root, empty where there is none.
    package var path: String {
        guard case .account(let id) = self else { return "" }
        return OrganizationPath(root: id).stored
    }
}

extension Actor.Reach {
    /// The rows that an actor of this reach has to do with. An account is the boundary: what a caller reaches within one is
    /// for the statements to say.
    package var rows: RowScope {
        switch self {
        case .nothing: .nothing
        case .subtree(let path): .account(path.root)
        case .everything: .everything
        }
    }
}
