package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition

/// The access keys of contacts: each has one secret, which says for whom an integration of the same organization acts.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done: first what the actor must not know
/// of, then the lacking permission, then all bad fields.
package struct AccessKeyService: Sendable {
    /// The most access keys of a contact, disabled ones too. Verification remembers all of them with the contact.
    package static let maximumPerContact = 10

    private let product: Product
    private let peppers: @Sendable () -> Peppers
    private let now: @Sendable () -> Instant

    package init(
        product: Product, peppers: @escaping @Sendable () -> Peppers, now: @escaping @Sendable () -> Instant
    ) {
        self.product = product
        self.peppers = peppers
        self.now = now
    }

    /// Makes an access key for a contact.
    package func create(
        name: String, for contact: ID<Contact>, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<AccessKey> {
        let contact = try tx.contact(contact, in: id, where: actor, may: .contactsManage)
        let now = now()
        let minted = MintedSecret(.accessKey, brand: product.brand)
        var checks = FieldChecks()
        let key = AccessKey(
            id: ID(at: now.milliseconds), contact: contact.id, name: checks.line("name", name), hint: minted.hint,
            createdAt: now, createdBy: actor.label, rotatedAt: now)
        try checks.finish()
        try requireOffered()
        guard try !tx.holdsAccessKeys(contact: contact.id, atLeast: Self.maximumPerContact) else {
            throw Refusal.limitReached(
                code: "access_key_limit",
                explanation:
                    "There are \(Self.maximumPerContact) of them for this one already, the most that there may be.")
        }
        try tx.insert(key, digest: minted.digest(under: peppers()))
        try note(.accessKeyCreated, key, of: contact, ["name": key.name], by: actor, at: now, tx: tx)
        return Issued(key, secret: minted.reveal())
    }

    /// The access keys of a contact, oldest first.
    package func list(
        of contact: ID<Contact>, in organization: ID<Organization>, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<AccessKey> {
        let contact = try tx.contact(contact, in: organization, where: actor, may: .contactsRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.accessKeys(of: [contact.id], after: after, limit: limit)
        }
    }

    /// The access keys of some contacts together, for a page that shows them beside each other: oldest first of each. Contacts
    /// that the actor must not know of have none.
    package func list(
        of contacts: [Contact], in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> [ID<Contact>: [AccessKey]] {
        let path = try tx.organization(organization, where: actor, may: .contactsRead).path
        var within: [ID<Organization>: Bool] = [organization: true]
        var visible: [ID<Contact>] = []
        for contact in contacts.prefix(Page.limits.upperBound) {
            let home = contact.organization
            let isWithin = try within[home] ?? tx.organization(home)?.path.isWithin(path) ?? false
            within[home] = isWithin
            if isWithin { visible.append(contact.id) }
        }
        return Dictionary(
            grouping: try tx.accessKeys(of: visible, limit: visible.count * Self.maximumPerContact), by: \.contact)
    }

    /// The access keys of the contacts of an organization and those below it that a query asks for.
    ///
    /// - Parameters:
    ///   - includeDescendants: Whether those below count.
    ///   - limit: How many at most.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, _ query: AccessKeyQuery, limit: Int,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> OrderedListing<ListedAccessKey> {
        try actor.requires(.contactsRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        return try tx.accessKeys(extent, query, limit: limit)
    }

    /// One access key.
    package func get(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> AccessKey {
        try find(id, of: contact, in: organization, where: actor, may: .contactsRead, tx: tx).key
    }

    /// Gives another secret. The one before it is refused from then on, and so is every token that came of it. Whoever needs
    /// both for a while makes another access key.
    ///
    /// - Parameter force: Does so although the product has none now: it may have them again, and then what leaked must not work.
    package func rotate(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in organization: ID<Organization>, force: Bool = false,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Issued<AccessKey> {
        var (key, contact) = try find(id, of: contact, in: organization, where: actor, may: .contactsManage, tx: tx)
        if !force { try requireOffered() }
        let now = now()
        let minted = MintedSecret(.accessKey, brand: product.brand)
        key.hint = minted.hint
        key.generation += 1
        key.rotatedAt = now
        key.revision += 1
        try tx.rotate(key, to: minted.digest(under: peppers()))
        try note(.accessKeyRotated, key, of: contact, [:], by: actor, at: now, tx: tx)
        return Issued(key, secret: minted.reveal())
    }

    /// Makes an access key worthless until it is enabled, and every token that came of it. Once more changes nothing.
    package func disable(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> AccessKey {
        let (key, contact) = try find(id, of: contact, in: organization, where: actor, may: .contactsManage, tx: tx)
        guard key.disabledAt == nil else { return key }
        return try setDisabled(key, of: contact, since: now(), as: actor, tx: tx)
    }

    /// Ends what ``disable(_:of:in:as:tx:)`` began. Once more changes nothing.
    package func enable(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in organization: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> AccessKey {
        let (key, contact) = try find(id, of: contact, in: organization, where: actor, may: .contactsManage, tx: tx)
        guard key.disabledAt != nil else { return key }
        return try setDisabled(key, of: contact, since: nil, as: actor, tx: tx)
    }

    private func setDisabled(
        _ key: AccessKey, of contact: Contact, since instant: Instant?, as actor: Actor, tx: borrowing Transaction
    ) throws -> AccessKey {
        var key = key
        key.disabledAt = instant
        key.revision += 1
        try tx.setDisabled(key.id, since: instant)
        try note(
            instant == nil ? .accessKeyEnabled : .accessKeyDisabled, key, of: contact, [:], by: actor, at: now(), tx: tx
        )
        return key
    }

    /// Removes an access key. Every token that came of it is refused from then on.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func delete(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in organization: ID<Organization>,
        expecting condition: RevisionCondition = .any, as actor: Actor, tx: borrowing Transaction
    ) throws {
        let (key, contact) = try find(id, of: contact, in: organization, where: actor, may: .contactsManage, tx: tx)
        try require(revision: key.revision, meets: condition)
        try note(.accessKeyDeleted, key, of: contact, ["name": key.name], by: actor, at: now(), tx: tx)
        try tx.delete(id)
    }
}

extension AccessKeyService {
    private func find(
        _ id: ID<AccessKey>, of contact: ID<Contact>, in organization: ID<Organization>, where actor: Actor,
        may permission: Permission, tx: borrowing Transaction
    ) throws -> (key: AccessKey, contact: Contact) {
        let contact = try tx.contact(contact, in: organization, where: actor, may: permission)
        guard let key = try tx.accessKey(id), key.contact == contact.id else { throw Refusal.notFound }
        return (key, contact)
    }

    /// Refuses to make what no token request would take.
    private func requireOffered() throws(Refusal) {
        guard product.policy.accessKeys == .off else { return }
        throw .conflict(
            code: "access_keys_off", explanation: "This product has no \(product.words[.accessKey].plural).")
    }

    private func note(
        _ action: AuditAction, _ key: AccessKey, of contact: Contact, _ details: [String: String], by actor: Actor,
        at now: Instant, tx: borrowing Transaction
    ) throws {
        let details = details.merging(["contact": contact.id.description]) { given, _ in given }
        try tx.record(action, target: key.id, in: contact.organization, details: details, by: actor, at: now)
        tx.announce(.contact(contact.id))
    }
}
