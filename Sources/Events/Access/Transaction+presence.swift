package import CredentialFormat
package import Model
package import Persistence

extension Transaction {
    /// When the user last signed in from whom an access token came. Whose sign-in was handed over from the operator's backend
    /// has shown nothing here.
    ///
    /// - Parameter lineage: Where the token came from, nil for what no user has signed in for.
    package borrowing func presence(by lineage: ID<RefreshLineage>?) throws -> Presence {
        guard let lineage, let known = try self.lineage(lineage), known.signIn?.level != .handedOver else {
            return Presence(provedAt: nil)
        }
        return Presence(provedAt: known.authenticatedAt)
    }
}
