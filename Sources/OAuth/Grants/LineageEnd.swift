import CredentialFormat
import Events
import Model
import Persistence

/// Ends all that came from one code, and says who brought it about. Its access tokens are refused from the commit on
/// (threat F5).
struct LineageEnd: Sendable {
    let action: AuditAction
    let app: ID<App>
    let context: AuditContext
    let now: Instant

    /// - Parameter reuse: The token that came back, where that is what ends it.
    func end(
        _ id: ID<RefreshLineage>, of grant: ID<Grant>, because reuse: TokenReuse? = nil, tx: borrowing Transaction
    ) throws {
        let organization = try tx.grant(grant)?.organization
        guard try tx.delete(id) else { return }
        let reach = organization.map { Actor.Reach.subtree(OrganizationPath(root: $0)) }
        guard let reach else { return }
        let actor = Actor(
            .app(app, for: nil), reach: reach, permissions: [], requestID: context.requestID, address: context.address)
        var details = ["app": app.description, "grant": grant.description]
        if let reuse {
            details.merge(reuse.details) { $1 }
            try tx.note(reuse, of: grant)
        }
        try tx.record(action, target: id, in: organization, details: details, by: actor, at: now)
        tx.announce(.lineage(id))
    }
}
