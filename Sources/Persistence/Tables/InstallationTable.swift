package import Model

/// What all nodes on one database have in common.
package struct InstallationRow: Hashable, Sendable {
    /// The public base URL, empty while only such as were made up for development were in use.
    package let issuer: String
    /// What credentials begin with.
    package let brand: String
    /// The digest of the product definition that was last started with, in hexadecimal.
    package let definition: String

    package init(issuer: String, brand: String, definition: String) {
        self.issuer = issuer
        self.brand = brand
        self.definition = definition
    }
}

extension Transaction {
    /// What was written down, nil before any node did.
    package borrowing func installation() throws -> InstallationRow? {
        try first("SELECT issuer, brand, definition FROM installation WHERE id = 1") { row in
            InstallationRow(issuer: try row.text(0), brand: try row.text(1), definition: try row.text(2))
        }
    }

    /// Writes it down in place of what there was.
    package borrowing func replace(_ installation: InstallationRow, at now: Instant) throws {
        try perform(
            """
            INSERT INTO installation (id, issuer, brand, definition, changed_at)
            VALUES (1, \(installation.issuer), \(installation.brand), \(installation.definition), \(now))
            ON CONFLICT (id) DO UPDATE
            SET issuer = excluded.issuer, brand = excluded.brand, definition = excluded.definition,
                changed_at = excluded.changed_at
            """)
    }
}
