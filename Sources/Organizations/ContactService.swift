package import CredentialFormat
import Events
package import Model
package import Persistence

/// What a new contact needs, as it came in.
package struct ContactDraft: Sendable {
    package var name: String
    package var email: String?
    /// The identifier of the member of the organization that they are, nil for somebody who does not sign in.
    package var member: String?

    package init(name: String, email: String? = nil, member: String? = nil) {
        self.name = name
        self.email = email
        self.member = member
    }
}

/// What is to change of a contact. Nil leaves a member as it is; an inner nil sets it to null.
package struct ContactEdit: Sendable {
    package var name: String?
    package var email: String??
    package var member: String??

    package init(name: String? = nil, email: String?? = nil, member: String?? = nil) {
        self.name = name
        self.email = email
        self.member = member
    }
}

/// The people of a customer on whose behalf integrations of the same organization may act.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done: first what the actor must not know
/// of, then the lacking permission, then all bad fields. A contact has no rights, so there are none to be exceeded.
package struct ContactService: Sendable {
    package static let standardMaximum = 10_000

    /// The most contacts of an account.
    package let maximum: Int
    private let now: @Sendable () -> Instant

    /// - Parameter maximum: The most contacts of an account.
    package init(maximum: Int = Self.standardMaximum, now: @escaping @Sendable () -> Instant) {
        self.maximum = maximum
        self.now = now
    }

    /// Adds a contact to an organization.
    package func create(
        _ draft: ContactDraft, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Contact {
        let organization = try tx.organization(id, where: actor, may: .contactsManage)
        let now = now()
        var checks = FieldChecks()
        let contact = Contact(
            id: ID(at: now.milliseconds), organization: id, name: checks.line("name", draft.name),
            email: draft.email.flatMap { checks.email("email", $0) },
            member: try draft.member.flatMap { try member($0, in: id, &checks, tx: tx) }, createdAt: now,
            createdBy: actor.label)
        try checks.finish()
        guard try !tx.holdsContacts(account: organization.account, atLeast: maximum) else {
            throw Refusal.limitReached(
                code: "contact_limit", explanation: "There are \(maximum) already, the most there may be.")
        }
        try requireFree(contact.member, for: contact.id, tx: tx)
        do {
            try tx.insert(contact, account: organization.account)
        } catch StoreError.constraint(.unique) {
            throw Refusal.memberTaken
        }
        try note(.contactCreated, contact, ["name": contact.name], by: actor, at: now, tx: tx)
        return contact
    }

    /// The contacts of an organization, and on request of those below it, oldest first.
    ///
    /// - Parameter search: What the name or the address must contain.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, matching search: NameSearch? = nil, page: Page,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Listing<Contact> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .contactsRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.contacts(extent, matching: search, after: after, limit: limit)
        }
    }

    /// The contacts of an organization and those below it that a query asks for, with what is known of their access keys; and how
    /// many the account has.
    ///
    /// - Parameter limit: How many at most.
    package func list(
        in organization: Organization, includeDescendants: Bool = true, _ query: ContactQuery, limit: Int,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> (page: OrderedListing<ListedContact>, count: Int) {
        try actor.requires(.contactsRead, in: organization.path)
        let extent: Extent = includeDescendants ? .within(organization.path) : .organization(organization.path)
        return try tx.contacts(extent, query, limit: limit, countingTo: maximum)
    }

    /// One contact.
    package func get(
        _ id: ID<Contact>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Contact {
        try tx.contact(id, in: organization, where: actor, may: .contactsRead)
    }

    /// The members of an organization who may be one of its contacts, oldest first: those who are none yet. None for who does not
    /// see members.
    ///
    /// - Parameter current: The one who is the contact already, who may go on to be.
    package func eligibleMembers(
        in id: ID<Organization>, besides current: ID<Member>?, limit: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> [Member] {
        let organization = try tx.organization(id, where: actor, may: .contactsManage)
        guard actor.may(.membersRead, in: organization.path) else { return [] }
        let held = try current.flatMap { try tx.member($0) }.map { [$0] } ?? []
        return held + (try tx.membersWithoutContact(in: id, limit: limit - held.count))
    }

    /// Changes what is given.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func edit(
        _ id: ID<Contact>, in organization: ID<Organization>, _ edit: ContactEdit,
        expecting condition: RevisionCondition = .any, as actor: Actor, tx: borrowing Transaction
    ) throws -> Contact {
        let before = try tx.contact(id, in: organization, where: actor, may: .contactsManage)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        var after = before
        if let name = edit.name { after.name = checks.line("name", name) }
        if let email = edit.email { after.email = email.flatMap { checks.email("email", $0) } }
        if let member = edit.member {
            after.member = try member.flatMap { try self.member($0, in: organization, &checks, tx: tx) }
        }
        try checks.finish()
        guard after != before else { return before }
        if after.member != before.member { try requireFree(after.member, for: id, tx: tx) }
        after.revision += 1
        do {
            try tx.update(after)
        } catch StoreError.constraint(.unique) {
            throw Refusal.memberTaken
        }
        let fields = [
            after.name != before.name ? "name" : nil, after.email != before.email ? "email" : nil,
            after.member != before.member ? "member_id" : nil,
        ].compactMap(\.self)
        try note(.contactChanged, after, ["fields": fields.joined(separator: " ")], by: actor, at: now(), tx: tx)
        return after
    }

    /// Has nothing be done for a contact until they are enabled: their access keys and all tokens for them are refused. Once more
    /// changes nothing.
    package func disable(
        _ id: ID<Contact>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Contact {
        let contact = try tx.contact(id, in: organization, where: actor, may: .contactsManage)
        guard contact.disabledAt == nil else { return contact }
        return try setDisabled(contact, since: now(), as: actor, tx: tx)
    }

    /// Ends what ``disable(_:in:as:tx:)`` began. Once more changes nothing.
    package func enable(
        _ id: ID<Contact>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Contact {
        let contact = try tx.contact(id, in: organization, where: actor, may: .contactsManage)
        guard contact.disabledAt != nil else { return contact }
        return try setDisabled(contact, since: nil, as: actor, tx: tx)
    }

    private func setDisabled(
        _ contact: Contact, since instant: Instant?, as actor: Actor, tx: borrowing Transaction
    ) throws -> Contact {
        var contact = contact
        contact.disabledAt = instant
        contact.revision += 1
        try tx.setDisabled(contact.id, since: instant)
        try note(instant == nil ? .contactEnabled : .contactDisabled, contact, [:], by: actor, at: now(), tx: tx)
        return contact
    }

    /// Removes a contact with their access keys. Tokens for them are refused from then on.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func delete(
        _ id: ID<Contact>, in organization: ID<Organization>, expecting condition: RevisionCondition = .any,
        as actor: Actor, tx: borrowing Transaction
    ) throws {
        let contact = try tx.contact(id, in: organization, where: actor, may: .contactsManage)
        try require(revision: contact.revision, meets: condition)
        try note(.contactDeleted, contact, ["name": contact.name], by: actor, at: now(), tx: tx)
        try tx.delete(id)
    }
}

extension ContactService {
    /// The member of that identifier, if they are one of the organization.
    private func member(
        _ text: String, in organization: ID<Organization>, _ checks: inout FieldChecks, tx: borrowing Transaction
    ) throws -> ID<Member>? {
        guard let id = ID<Member>(parsing: text), try tx.member(id)?.organization == organization else {
            checks.refuse("member_id", "unknown", "Nobody here has this identifier.")
            return nil
        }
        return id
    }

    private func requireFree(_ member: ID<Member>?, for id: ID<Contact>, tx: borrowing Transaction) throws {
        guard let member, let other = try tx.contact(of: member), other.id != id else { return }
        throw Refusal.memberTaken
    }

    private func note(
        _ action: AuditAction, _ contact: Contact, _ details: [String: String], by actor: Actor, at now: Instant,
        tx: borrowing Transaction
    ) throws {
        try tx.record(action, target: contact.id, in: contact.organization, details: details, by: actor, at: now)
        tx.announce(.contact(contact.id))
    }
}

extension Refusal {
    fileprivate static var memberTaken: Refusal {
        .conflict(code: "member_is_contact", explanation: "Whoever that is stands for somebody else already.")
    }
}
