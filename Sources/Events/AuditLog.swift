package import CredentialFormat
package import Model
package import Persistence

/// What was done, by whom. It is written by ``Transaction/record(_:target:in:details:by:at:)`` and never edited.
package struct AuditLog: Sendable {
    package init() {}

    /// The events of an organization, newest first. Those of the operator's own organization come, for the operator, with what
    /// belongs to no organization: key rotations, the installation, resource servers.
    ///
    /// - Parameter id: Nil for all that the actor may see: its own subtree, or everything for the operator, with what
    ///   belongs to no organization.
    /// - Throws: ``Refusal``
    package func list(
        in id: ID<Organization>?, includeDescendants: Bool = false, matching filter: AuditFilter = AuditFilter(),
        page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<AuditEvent> {
        let extent: AuditExtent
        if let id {
            let organization = try tx.organization(id, where: actor, may: .auditEventsRead)
            return try list(
                in: organization, includeDescendants: includeDescendants, matching: filter, page: page, as: actor,
                tx: tx)
        } else {
            switch actor.reach {
            case .everything:
                try actor.requiresOperator(.auditEventsRead)
                extent = .everything
            case .nothing: throw Refusal.notFound
            case .subtree(let path):
                try actor.requires(.auditEventsRead, in: path)
                extent = .part(.within(path))
            }
        }
        return try list(extent, matching: filter, page, tx: tx)
    }

    /// The same of an organization that was found already.
    package func list(
        in organization: Organization, includeDescendants: Bool, matching filter: AuditFilter, page: Page,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<AuditEvent> {
        try actor.requires(.auditEventsRead, in: organization.path)
        let part: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        let isDesk = try actor.reach == .everything && tx.operatorAccount()?.id == organization.id
        return try list(isDesk ? .operatorsPart(part) : .part(part), matching: filter, page, tx: tx)
    }

    /// The same with names, for a page that people read. Of people above or elsewhere, no name is told (law 12).
    ///
    /// - Parameters:
    ///   - isOperatorsOwn: Whether the organization is the operator's own.
    ///   - oldestFirst: Whether they come from the oldest on, else from the newest.
    package func listNamed(
        in organization: Organization, isOperatorsOwn: Bool, matching filter: AuditFilter,
        oldestFirst: Bool = false, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<NamedAuditEvent> {
        try actor.requires(.auditEventsRead, in: organization.path)
        let part = Extent.within(organization.path)
        let extent: AuditExtent = isOperatorsOwn && actor.reach == .everything ? .operatorsPart(part) : .part(part)
        let path = try actor.reach.bound()
        return try Listing(of: page, by: \.event.id) { after, limit in
            try tx.namedAuditEvents(
                extent, matching: filter, namesWithin: path, oldestFirst: oldestFirst, after: after, limit: limit)
        }
    }

    /// The events of all accounts with names, for those of the operator's people who may read the log.
    ///
    /// - Parameter oldestFirst: Whether they come from the oldest on, else from the newest.
    package func listAllNamed(
        matching filter: AuditFilter, oldestFirst: Bool = false, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<NamedAuditEvent> {
        try actor.requiresOperator(.auditEventsRead)
        return try Listing(of: page, by: \.event.id) { after, limit in
            try tx.namedAuditEvents(
                .everything, matching: filter, namesWithin: nil, oldestFirst: oldestFirst, after: after, limit: limit)
        }
    }

    /// The events of all accounts, newest first, for those of the operator's people who may read the log.
    ///
    /// - Throws: ``Refusal``
    package func listAll(
        matching filter: AuditFilter, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<AuditEvent> {
        try actor.requiresOperator(.auditEventsRead)
        return try list(.everything, matching: filter, page, tx: tx)
    }

    private func list(
        _ extent: AuditExtent, matching filter: AuditFilter, _ page: Page, tx: borrowing Transaction
    ) throws -> Listing<AuditEvent> {
        try Listing(of: page, by: \.id) { after, limit in
            try tx.auditEvents(extent, matching: filter, after: after, limit: limit)
        }
    }
}
