package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition

/// The tree of an account.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done.
package struct OrganizationService: Sendable {
    private let words: ProductWords
    private let room: AccountRoom
    private let now: @Sendable () -> Instant

    package init(product: Product, now: @escaping @Sendable () -> Instant) {
        words = product.words
        room = AccountRoom(product: product)
        self.now = now
    }

    /// Makes an organization below `parent`.
    package func create(
        name: String, below parent: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Organization {
        let parent = try tx.organization(parent, where: actor, may: .organizationsManage)
        let now = now()
        let id = ID<Organization>(at: now.milliseconds)
        var checks = FieldChecks()
        let name = checks.line("name", name)
        let path = parent.path.child(id)
        checks.require(
            path != nil, "parent_id", "too_deep",
            "The tree may be at most \(words[.organization].counted(OrganizationPath.maximumDepth)) deep.")
        try checks.finish()
        guard let path else { throw Refusal.notFound }
        try room.requireForOrganization(in: parent.account, tx: tx)
        let organization = Organization(id: id, path: path, name: name, createdAt: now)
        try tx.insert(organization)
        try tx.record(.organizationCreated, target: id, in: id, details: ["name": name], by: actor, at: now)
        tx.announce(.organization(id))
        return organization
    }

    /// All organizations that the actor sees, oldest first: its own and those below, or everyone's for the operator.
    package func list(page: Page, as actor: Actor, tx: borrowing Transaction) throws -> Listing<Organization> {
        switch actor.reach {
        case .everything:
            try actor.requiresOperator(.organizationsRead)
            return try Listing(of: page, by: \.id) { after, limit in try tx.organizations(after: after, limit: limit) }
        case .nothing: throw Refusal.notFound
        case .subtree(let path):
            try actor.requires(.organizationsRead, in: path)
            return try listing(within: path, page, tx: tx)
        }
    }

    /// An organization and those below it, oldest first.
    package func list(
        within id: ID<Organization>, page: Page, as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<Organization> {
        let organization = try tx.organization(id, where: actor, may: .organizationsRead)
        return try listing(within: organization.path, page, tx: tx)
    }

    /// An organization that was found already and those below it, as far as a query asks for them, and how many the account has.
    ///
    /// - Parameters:
    ///   - limit: How many at most.
    ///   - most: How far is counted.
    package func list(
        in organization: Organization, _ query: OrganizationQuery, limit: Int, countingTo most: Int, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> (page: OrderedListing<ListedOrganization>, count: Int) {
        try actor.requires(.organizationsRead, in: organization.path)
        return try tx.organizations(within: organization.path, query, limit: limit, countingTo: most)
    }

    private func listing(
        within path: OrganizationPath, _ page: Page, tx: borrowing Transaction
    ) throws -> Listing<Organization> {
        try Listing(of: page, by: \.id) { after, limit in
            try tx.organizations(within: path, after: after, limit: limit)
        }
    }

    /// One organization.
    package func get(_ id: ID<Organization>, as actor: Actor, tx: borrowing Transaction) throws -> Organization {
        try tx.organization(id, where: actor, may: .organizationsRead)
    }

    /// Gives an organization another name. Nil leaves it the one that it has.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func rename(
        _ id: ID<Organization>, to name: String?, expecting condition: RevisionCondition = .any, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Organization {
        var organization = try tx.organization(id, where: actor, may: .organizationsManage)
        try require(revision: organization.revision, meets: condition)
        var checks = FieldChecks()
        let given = name.map { checks.line("name", $0) } ?? organization.name
        try checks.finish()
        guard given != organization.name else { return organization }
        organization.name = given
        organization.revision += 1
        try tx.rename(id, to: organization.name)
        try tx.record(
            .organizationRenamed, target: id, in: id, details: ["name": organization.name], by: actor, at: now())
        tx.announce(.organization(id))
        return organization
    }

    /// Removes an organization that holds nothing. The root of an account goes with the account only.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func delete(
        _ id: ID<Organization>, expecting condition: RevisionCondition = .any, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let organization = try tx.organization(id, where: actor, may: .organizationsManage)
        try require(revision: organization.revision, meets: condition)
        guard organization.parent != nil else {
            throw Refusal.conflict(
                code: "root_organization",
                explanation: "It is the root of its \(words[.account].singular), which only the operator can delete.")
        }
        let now = now()
        guard try tx.isEmpty(id, at: now) else { throw Refusal.notEmpty(words) }
        try tx.record(
            .organizationDeleted, target: id, in: id, details: ["name": organization.name], by: actor, at: now)
        try tx.delete(id)
        tx.announce(.organization(id))
    }
}
