package import CredentialFormat
package import Model
package import Persistence

extension Transaction {
    /// Notes in the audit log, as part of this transaction, that `actor` did something (law 10). A deletion is noted
    /// before it is made.
    ///
    /// - Parameters:
    ///   - target: The identifier of what is changed.
    ///   - organization: Whose thing it is, nil for the operator's own.
    ///   - details: What else there is to say. Never a secret, a digest or a password.
    package borrowing func record(
        _ action: AuditAction, target: some CustomStringConvertible, in organization: ID<Organization>?,
        details: [String: String] = [:], by actor: Actor, at now: Instant
    ) throws {
        try record(
            AuditEvent(
                id: ID(at: now.milliseconds), at: now, action: action.rawValue, target: target.description,
                organization: organization, actor: actor.label, requestID: actor.requestID, address: actor.address,
                details: details.merging(actor.remarks) { $1 }))
    }
}
