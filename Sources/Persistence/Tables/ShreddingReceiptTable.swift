package import CredentialFormat
package import Model

/// A signed statement that the keys of something were destroyed.
package struct ShreddingReceiptRow: Entity, Sendable, Hashable {
    package static let prefix = "shr"

    package let id: ID<ShreddingReceiptRow>
    package let organization: ID<Organization>
    /// The identifier of what the keys were of.
    package let holder: String
    /// A JWS (RFC 7515).
    package let receipt: String
    package let at: Instant

    package init(
        id: ID<ShreddingReceiptRow>, organization: ID<Organization>, holder: String, receipt: String, at: Instant
    ) {
        self.id = id
        self.organization = organization
        self.holder = holder
        self.receipt = receipt
        self.at = at
    }
}

extension Transaction {
    /// Keeps a receipt.
    package borrowing func insert(_ row: ShreddingReceiptRow) throws {
        try perform(
            """
            INSERT INTO shredding_receipt (id, organization_id, holder, receipt, at)
            VALUES (\(row.id), \(row.organization), \(row.holder), \(row.receipt), \(row.at))
            """)
    }

    /// The receipts for what a holder had, oldest first.
    package borrowing func shreddingReceipts(of holder: String) throws -> [ShreddingReceiptRow] {
        try all(
            """
            SELECT id, organization_id, holder, receipt, at FROM shredding_receipt WHERE holder = \(holder) ORDER BY id
            """
        ) { row in
            ShreddingReceiptRow(
                id: try row.id(0), organization: try row.id(1), holder: try row.text(2), receipt: try row.text(3),
                at: try row.instant(4))
        }
    }

    /// Removes at most `limit` receipts from before `time`, and says how many.
    package borrowing func sweepShreddingReceipts(before time: Instant, limit: Int) throws -> Int {
        try execute(
            """
            DELETE FROM shredding_receipt WHERE id IN
            (SELECT id FROM shredding_receipt WHERE id < \(ID<ShreddingReceiptRow>.first(at: time)) ORDER BY id LIMIT \(limit))
            """)
    }
}
