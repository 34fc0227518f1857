package import CredentialFormat
package import Model

extension Transaction {
    /// Removes from a connection, whatever its status, what says whose account it is.
    ///
    /// - Parameter name: What it is called from then on.
    package borrowing func eraseAccount(of id: ID<Connection>, leaving name: String) throws {
        try perform(
            """
            UPDATE connection SET name = \(name), account_fingerprint = NULL, metadata = \(AuditDetails.text(of: [:]))
            WHERE id = \(id)
            """)
        try perform("DELETE FROM connection_child WHERE connection_id = \(id)")
    }
}
