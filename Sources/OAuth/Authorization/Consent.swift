import CredentialFormat
import Events
import Model
import Persistence
import Policy

/// A user's consent to a request, in one organization.
struct Consent: Sendable {
    let request: AuthorizationRequest
    let user: ConsentingUser
    let organization: ID<Organization>
    let context: AuditContext
    let now: Instant

    /// The grant that there is, if it covers the consent.
    func covered(by known: Grant?) -> ID<Grant>? {
        known.flatMap { request.scopes.isSubset(of: $0.scopes) ? $0.id : nil }
    }

    /// Makes the grant, or widens the one there is.
    ///
    /// - Parameter known: The one there is, as this transaction has read it.
    /// - Throws: ``StoreError/constraint(_:)`` `.unique` where another request made it at the same moment.
    func record(over known: Grant?, in tx: borrowing Transaction) throws -> ID<Grant>? {
        let grant: ID<Grant>
        if let known {
            grant = known.id
            // What the app may not ask for any more is not carried on, so a grant has never more than an app can.
            let kept = known.scopes.intersection(request.app.scopes)
            try tx.widen(grant, to: ScopeSet(kept.scopes + request.scopes.scopes), consentedAt: now)
        } else {
            grant = ID(at: now.milliseconds)
            try tx.insert(
                Grant(
                    id: grant, app: request.app.id, member: user.member.id, organization: organization,
                    scopes: request.scopes, createdAt: now, consentedAt: now))
        }
        let actor = Actor(
            .member(user.member.id), reach: .subtree(user.path), permissions: user.permissions,
            requestID: context.requestID, address: context.address)
        try tx.record(
            .grantGiven, target: grant, in: organization,
            details: ["app": request.app.id.description, "scopes": request.scopes.text], by: actor, at: now)
        tx.announce(.grant(grant))
        return grant
    }
}
