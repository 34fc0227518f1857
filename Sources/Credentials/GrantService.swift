package import CredentialFormat
import Events
package import Model
package import Persistence

/// What users granted to apps: seen and taken back by themselves, and by the admins of where the app may act.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done.
package struct GrantService: Sendable {
    private let now: @Sendable () -> Instant

    package init(now: @escaping @Sendable () -> Instant) {
        self.now = now
    }

    /// The grants in an organization, and on request in those below it, oldest first.
    ///
    /// - Parameters:
    ///   - app: Those to this app alone.
    ///   - search: What is in the name of the app or the organization, or in the member's name or address where the actor may
    ///     know them.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, of app: ID<App>? = nil,
        matching search: NameSearch? = nil, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<DescribedGrant> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .grantsRead)
        let filter = try GrantFilter(app: app, search: search, for: actor)
        return try Listing(of: page, by: \.grant.id) { after, limit in
            try tx.grants(extent, matching: filter, after: after, limit: limit).map { $0.seen(by: actor) }
        }
    }

    /// The grants in an organization and those below it that a query asks for.
    ///
    /// - Parameters:
    ///   - app: Those to this app alone.
    ///   - search: As of ``list(in:includeDescendants:of:matching:page:as:tx:)``, instead of the query's own filter.
    ///   - limit: How many at most.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, of app: ID<App>? = nil,
        matching search: NameSearch?, _ query: GrantQuery, limit: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> OrderedListing<DescribedGrant> {
        try actor.requires(.grantsRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        var query = query
        query.filter = try GrantFilter(app: app, search: search, for: actor)
        let found = try tx.grants(extent, query, limit: limit)
        return OrderedListing(items: found.items.map { $0.seen(by: actor) }, next: found.next)
    }

    /// How many people let an app act in an organization and those below it, and how much of it there is to take back.
    package func reach(
        of app: ID<App>, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> AppReach {
        let extent = try tx.extent(of: id, true, where: actor, may: .grantsRead)
        return try tx.reach(of: app, in: extent, at: now())
    }

    /// Takes back what anybody granted an app in an organization and those below it, oldest first, so many at a time.
    ///
    /// - Returns: How many were taken back: fewer than `limit` where none is left.
    package func revokeAll(
        of app: ID<App>, in id: ID<Organization>, atMost limit: Int = 200, as actor: Actor, tx: borrowing Transaction
    ) throws -> Int {
        let extent = try tx.extent(of: id, true, where: actor, may: .grantsManage)
        let found = try tx.grants(extent, matching: GrantFilter(app: app), after: nil, limit: limit)
        for described in found { try revoke(described.grant, as: actor, tx: tx) }
        return found.count
    }

    /// One grant.
    package func get(
        _ id: ID<Grant>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> DescribedGrant {
        try find(id, in: organization, where: actor, may: .grantsRead, tx: tx).seen(by: actor)
    }

    /// One grant of an organization or one below it.
    package func get(
        _ id: ID<Grant>, within organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> DescribedGrant {
        try find(id, within: organization, where: actor, may: .grantsRead, tx: tx).seen(by: actor)
    }

    /// Takes a grant of an organization or one below it back, with everything that came from it.
    package func revoke(
        _ id: ID<Grant>, within organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws {
        try revoke(
            try find(id, within: organization, where: actor, may: .grantsManage, tx: tx).grant, as: actor, tx: tx)
    }

    /// Takes a grant back, with everything that came from it: codes, refresh tokens and access tokens.
    package func revoke(
        _ id: ID<Grant>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws {
        let found = try find(id, in: organization, where: actor, may: .grantsManage, tx: tx)
        try revoke(found.grant, as: actor, tx: tx)
    }

    /// What a member granted, oldest first. For the member alone, who needs no permission for it.
    package func grants(
        of member: ID<Member>, page: Page, tx: borrowing Transaction
    ) throws -> Listing<DescribedGrant> {
        try Listing(of: page, by: \.grant.id) { after, limit in
            try tx.grants(of: member, after: after, limit: limit)
        }
    }

    /// What a member granted, nil for a grant of anybody else. That needs no permission.
    package func grant(
        _ id: ID<Grant>, of member: ID<Member>, tx: borrowing Transaction
    ) throws -> DescribedGrant? {
        guard let found = try tx.describedGrant(id), found.grant.member == member else { return nil }
        return found
    }

    /// Has a member take back what they granted. That needs no permission.
    ///
    /// - Throws: ``Refusal/notFound`` for a grant of anybody else.
    package func revoke(own id: ID<Grant>, as actor: Actor, tx: borrowing Transaction) throws {
        guard case .member(let member) = actor.identity, let grant = try tx.grant(id), grant.member == member else {
            throw Refusal.notFound
        }
        try revoke(grant, as: actor, tx: tx)
    }

    private func revoke(_ grant: Grant, as actor: Actor, tx: borrowing Transaction) throws {
        try tx.record(
            .grantRevoked, target: grant.id, in: grant.organization,
            details: ["app": grant.app.description, "member": grant.member.description], by: actor, at: now())
        try tx.delete(grant.id)
        tx.announce(.grant(grant.id))
    }

    private func find(
        _ id: ID<Grant>, within organization: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> DescribedGrant {
        let path = try tx.organization(organization, where: actor, may: permission).path
        guard let found = try tx.describedGrant(id),
            try tx.organization(found.grant.organization)?.path.isWithin(path) ?? false
        else { throw Refusal.notFound }
        return found
    }

    private func find(
        _ id: ID<Grant>, in organizationID: ID<Organization>, where actor: Actor, may permission: Permission,
        tx: borrowing Transaction
    ) throws -> DescribedGrant {
        _ = try tx.organization(organizationID, where: actor, may: permission)
        guard let found = try tx.describedGrant(id), found.grant.organization == organizationID else {
            throw Refusal.notFound
        }
        return found
    }
}
