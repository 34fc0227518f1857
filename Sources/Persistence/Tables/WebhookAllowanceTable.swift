package import CredentialFormat
package import Model

extension Transaction {
    /// Until when what an account may have sent by hand is used up, at the pace at which it comes back; nil where nothing ever was.
    package borrowing func webhookAllowance(of account: ID<Organization>) throws -> Instant? {
        try first("SELECT used_until FROM webhook_allowance WHERE account_id = \(account)") { try $0.instant(0) }
    }

    /// Notes until when it is.
    package borrowing func setWebhookAllowance(of account: ID<Organization>, usedUntil time: Instant) throws {
        try perform(
            """
            INSERT INTO webhook_allowance (account_id, used_until) VALUES (\(account), \(time))
            ON CONFLICT (account_id) DO UPDATE SET used_until = excluded.used_until
            """)
    }
}
