package import CredentialFormat
import Events
package import Model
package import Persistence
package import ProductDefinition

/// What a new member needs.
package struct MemberDraft: Sendable {
    package var email: String
    package var name: String
    /// Names of roles of the product. None gives no rights.
    package var roles: [String]
    /// Names of permissions or bundles of them, beside the roles.
    package var permissions: [String]
    /// Made from the password before the transaction, since that takes long. Nil for a member that cannot sign in yet.
    package var password: PasswordDigest?
    /// Whether the address is known to be theirs. For the operator alone to say.
    package var isEmailVerified: Bool?

    package init(
        email: String, name: String, roles: [String], permissions: [String] = [], password: PasswordDigest? = nil,
        isEmailVerified: Bool? = nil
    ) {
        self.email = email
        self.name = name
        self.roles = roles
        self.permissions = permissions
        self.password = password
        self.isEmailVerified = isEmailVerified
    }
}

/// What is to become of a member's password.
package enum PasswordEdit: Sendable {
    case removed
    /// Made before the transaction, for a member with that address.
    case set(PasswordDigest, for: EmailAddress)
}

/// What is to change of a member. Nil leaves something as it is.
package struct MemberEdit: Sendable {
    package var name: String?
    package var roles: [String]?
    package var permissions: [String]?
    package var password: PasswordEdit?
    /// Another one takes the password away that was set for the one before.
    package var email: String?
    /// Whether the address is known to be theirs. For the operator alone to say.
    package var isEmailVerified: Bool?

    package init(
        name: String? = nil, roles: [String]? = nil, permissions: [String]? = nil, password: PasswordEdit? = nil,
        email: String? = nil, isEmailVerified: Bool? = nil
    ) {
        self.name = name
        self.roles = roles
        self.permissions = permissions
        self.password = password
        self.email = email
        self.isEmailVerified = isEmailVerified
    }
}

/// A member as an edit left them.
package struct EditedMember: Sendable {
    package let member: Member
    /// The address that they had before, nil where it stayed.
    package let formerEmail: EmailAddress?
    /// Whether they lost the way in that they had, or were about to have, and need another invitation.
    package let needsInvitation: Bool
}

/// The people of an organization and the roles that they hold there and below.
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done. Who lacks a right can
/// neither give it to a member nor change or remove a member that has it (law 11): with another's password one would
/// have the other's rights.
package struct MembershipService: Sendable {
    /// How many members are looked at together in search of another owner.
    private static let step = 200

    private let roles: RoleService
    private let words: ProductWords
    private let room: AccountRoom
    private let now: @Sendable () -> Instant

    package init(product: Product, now: @escaping @Sendable () -> Instant) {
        roles = RoleService(product: product)
        words = product.words
        room = AccountRoom(product: product)
        self.now = now
    }

    /// Adds a member to an organization. An e-mail address is there once.
    package func create(
        _ draft: MemberDraft, in id: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Member {
        let organization = try tx.organization(id, where: actor, may: .membersManage)
        var checks = FieldChecks()
        let name = checks.line("name", draft.name)
        let email = checks.email("email", draft.email)
        let given = Rights(
            roles: roles.checked(draft.roles, &checks), permissions: check(permissions: draft.permissions, &checks))
        try checks.finish()
        guard let email else { throw Refusal.notFound }
        try requireGivable(given, in: organization, by: actor, tx: tx)
        if draft.isEmailVerified != nil { try actor.requiresOperator(.accountsManage) }
        guard try tx.member(email: email, in: id) == nil else { throw Refusal.emailTaken(words) }
        let now = now()
        let member = Member(
            id: ID(at: now.milliseconds), organization: id, email: email, name: name, roles: given.roles,
            permissions: given.permissions, hasPassword: draft.password != nil,
            emailProof: draft.isEmailVerified == true ? .operatorsWord(now) : nil, createdAt: now)
        do {
            return try enrol(member, in: organization.account, password: draft.password, by: actor, tx: tx)
        } catch StoreError.constraint(.unique) {
            throw Refusal.emailTaken(words)
        }
    }

    /// Writes down a member who is new and whose fields and rights were checked: the one place where one begins to be.
    ///
    /// - Throws: ``StoreError/constraint(_:)`` where the organization has the address, perhaps since a moment ago, and
    ///   ``Refusal/limitReached(code:explanation:)`` `member_limit` where the account has as many as it may.
    package func enrol(
        _ member: Member, in account: ID<Organization>, password: PasswordDigest?, by actor: Actor,
        tx: borrowing Transaction
    ) throws -> Member {
        try room.requireForMember(in: account, tx: tx)
        try tx.insert(member, password: password)
        try tx.record(
            .memberCreated, target: member.id, in: member.organization,
            details: Rights(of: member).told(beside: ["email": member.email.text]), by: actor, at: member.createdAt)
        return member
    }

    /// The members of an organization, and on request of those below it, oldest first.
    package func list(
        in id: ID<Organization>, includeDescendants: Bool = false, page: Page, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Listing<Member> {
        let extent = try tx.extent(of: id, includeDescendants, where: actor, may: .membersRead)
        return try Listing(of: page, by: \.id) { after, limit in
            try tx.members(extent, after: after, limit: limit)
        }
    }

    /// One member.
    package func get(
        _ id: ID<Member>, in organization: ID<Organization>, as actor: Actor, tx: borrowing Transaction
    ) throws -> Member {
        try find(id, in: try tx.organization(organization, where: actor, may: .membersRead), tx: tx)
    }

    /// Changes name, roles, single permissions, password or e-mail address.
    ///
    /// - Parameters:
    ///   - condition: What the caller demands of the revision.
    ///   - force: Has the operator do so although the account is left without an owner.
    package func edit(
        _ id: ID<Member>, in organizationID: ID<Organization>, _ edit: MemberEdit,
        expecting condition: RevisionCondition = .any, force: Bool = false,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> Member {
        try change(id, in: organizationID, edit, expecting: condition, force: force, as: actor, tx: tx).member
    }

    /// The same, and what is to be done about it.
    package func change(
        _ id: ID<Member>, in organizationID: ID<Organization>, _ edit: MemberEdit,
        expecting condition: RevisionCondition = .any, force: Bool = false,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> EditedMember {
        let organization = try tx.organization(organizationID, where: actor, may: .membersManage)
        let before = try find(id, in: organization, tx: tx)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        let name = edit.name.map { checks.line("name", $0) } ?? before.name
        let given = Rights(
            roles: edit.roles.map { roles.checked($0, &checks) } ?? before.roles,
            permissions: edit.permissions.map { check(permissions: $0, &checks) } ?? before.permissions)
        let email = edit.email.map { checks.email("email", $0) } ?? before.email
        try checks.finish()
        try actor.requiresRights(roles.permissions(of: before))
        try requireGivable(given, in: organization, by: actor, tx: tx)
        if edit.isEmailVerified != nil { try actor.requiresOperator(.accountsManage) }
        let now = now()
        let newEmail = email == before.email ? nil : email
        let proof = proof(of: before, after: edit, movesTo: newEmail, by: actor, at: now)
        let fields = [
            name != before.name ? "name" : nil, given.roles != before.roles ? "roles" : nil,
            given.permissions != before.permissions ? "permissions" : nil,
            newEmail != nil ? "email" : nil, edit.password != nil ? "password" : nil,
            (proof == nil) != (before.emailProof == nil) ? "email_verified" : nil,
        ].compactMap(\.self)
        guard !fields.isEmpty || proof != before.emailProof else {
            return EditedMember(member: before, formerEmail: nil, needsInvitation: false)
        }
        if !makesOwner(given) {
            try requireAnotherOwner(than: before, in: organization, force: force, by: actor, tx: tx)
        }
        let isInvited = try tx.openLinkCount(of: id, for: .invitation, at: now) > 0
        if name != before.name || given != Rights(of: before) {
            try tx.update(member: id, name: name, roles: given.roles, permissions: given.permissions)
        }
        if let newEmail {
            try move(before, to: newEmail, edit.password, proof, in: organizationID, as: actor, at: now, tx: tx)
        } else {
            if let password = edit.password { try set(password, of: before, at: now, tx: tx) }
            if proof != before.emailProof { try tx.setEmailProof(proof, of: id) }
        }
        try tx.record(
            .memberChanged, target: id, in: organizationID,
            details: given.told(beside: ["fields": fields.joined(separator: " ")]), by: actor, at: now)
        tx.announce(.member(id))
        return EditedMember(
            member: try find(id, in: organization, tx: tx), formerEmail: newEmail.map { _ in before.email },
            needsInvitation: newEmail != nil && edit.password == nil && (before.hasPassword || isInvited))
    }

    /// What is known of the address afterwards. Whoever sets a password could be the member from then on, so nothing is,
    /// unless it was the operator (``EmailProof``).
    private func proof(
        of before: Member, after edit: MemberEdit, movesTo newEmail: EmailAddress?, by actor: Actor, at now: Instant
    ) -> EmailProof? {
        switch edit.isEmailVerified {
        case true?: return newEmail == nil ? before.emailProof ?? .operatorsWord(now) : .operatorsWord(now)
        case false?: return nil
        case nil: break
        }
        guard newEmail == nil else { return nil }
        if case .set = edit.password, !actor.isOperator(holding: .accountsManage) { return nil }
        return before.emailProof
    }

    private func set(
        _ password: PasswordEdit, of member: Member, at now: Instant, tx: borrowing Transaction
    ) throws {
        let (digest, email): (PasswordDigest?, EmailAddress) =
            switch password {
            case .removed: (nil, member.email)
            case .set(let digest, let email): (digest, email)
            }
        guard try tx.setPassword(digest, of: member.id, at: email, now: now) else { throw StoreError.conflict }
    }

    /// Gives a member another address. What they have as a password was made for the one before.
    private func move(
        _ member: Member, to email: EmailAddress, _ edit: PasswordEdit?, _ proof: EmailProof?,
        in organization: ID<Organization>, as actor: Actor, at now: Instant, tx: borrowing Transaction
    ) throws {
        guard try tx.member(email: email, in: organization) == nil else { throw Refusal.emailTaken(words) }
        var password: PasswordDigest?
        if case .set(let digest, let address) = edit {
            guard address == email else { throw StoreError.conflict }
            password = digest
        }
        do {
            guard
                try tx.setEmail(
                    email, of: member.id, from: member.email, password: password, proof: proof, now: now)
            else { throw StoreError.conflict }
        } catch StoreError.constraint(.unique) {
            throw Refusal.emailTaken(words)
        }
        try tx.record(
            .memberEmailChanged, target: member.id, in: organization,
            details: ["from": member.email.text, "to": email.text], by: actor, at: now)
    }

    /// Removes a member.
    ///
    /// - Parameters:
    ///   - condition: What the caller demands of the revision.
    ///   - force: Has the operator do so although the account is left without an owner.
    package func delete(
        _ id: ID<Member>, in organizationID: ID<Organization>, expecting condition: RevisionCondition = .any,
        force: Bool = false, as actor: Actor, tx: borrowing Transaction
    ) throws {
        let organization = try tx.organization(organizationID, where: actor, may: .membersManage)
        let member = try find(id, in: organization, tx: tx)
        try require(revision: member.revision, meets: condition)
        try actor.requiresRights(roles.permissions(of: member))
        try requireAnotherOwner(than: member, in: organization, force: force, by: actor, tx: tx)
        let now = now()
        try tx.record(
            .memberDeleted, target: id, in: organizationID, details: ["email": member.email.text], by: actor, at: now)
        try tx.noteLeaving(of: id, named: member.name, at: now)
        tx.announce(.member(id))
        try tx.delete(id)
    }

    /// Whether who holds these rights in the root organization of an account is an owner of it: they may let others in.
    private func makesOwner(_ rights: Rights) -> Bool {
        roles.permissions(ofRoles: rights.roles, beside: rights.permissions).contains(.membersManage)
    }

    /// Refuses to take away the last owner of an account: nobody of theirs could let anybody in again. The operator, who
    /// could, may force it.
    private func requireAnotherOwner(
        than member: Member, in organization: Organization, force: Bool, by actor: Actor, tx: borrowing Transaction
    ) throws {
        guard organization.id == organization.account, makesOwner(Rights(of: member)) else { return }
        if force, actor.reach == .everything { return }
        var last: ID<Member>?
        repeat {
            let members = try tx.members(.organization(organization.path), after: last, limit: Self.step)
            if members.contains(where: { $0.id != member.id && makesOwner(Rights(of: $0)) }) { return }
            last = members.count == Self.step ? members.last?.id : nil
        } while last != nil
        throw Refusal.lastOwner(words)
    }

    private func find(
        _ id: ID<Member>, in organization: Organization, tx: borrowing Transaction
    ) throws -> Member {
        guard let member = try tx.member(id), member.organization == organization.id else { throw Refusal.notFound }
        return member
    }

    /// The names, each once and in order, after noting those that are no permission of ours and no bundle of the product.
    private func check(permissions names: [String], _ checks: inout FieldChecks) -> [String] {
        let maximum = RoleService.maximumPermissions
        checks.require(
            names.count <= maximum, "permissions", "too_many", "Must be at most \(maximum) permissions.")
        for (index, name) in names.prefix(maximum).enumerated() where !roles.knows(permission: name) {
            checks.refuse("permissions.\(index)", "unknown", "Is no permission of this product.")
        }
        return Set(names).sorted()
    }

    private func requireGivable(
        _ given: Rights, in organization: Organization, by actor: Actor, tx: borrowing Transaction
    ) throws {
        let ofRoles = roles.permissions(ofRoles: given.roles, beside: [])
        let single = roles.permissions(ofRoles: [], beside: given.permissions)
        try actor.requiresRights(ofRoles.union(single))
        try tx.requireOperatorsOwn(ofRoles, in: organization, field: "roles")
        try tx.requireOperatorsOwn(single, in: organization, field: "permissions")
    }
}

/// The names of what gives a member rights.
private struct Rights: Hashable {
    let roles: [String]
    let permissions: [String]

    init(roles: [String], permissions: [String]) {
        self.roles = roles
        self.permissions = permissions
    }

    init(of member: Member) {
        self.init(roles: member.roles, permissions: member.permissions)
    }

    /// As the audit log has it: permissions only where there are some.
    func told(beside details: [String: String]) -> [String: String] {
        var details = details
        details["roles"] = roles.joined(separator: " ")
        if !permissions.isEmpty { details["permissions"] = permissions.joined(separator: " ") }
        return details
    }
}

extension Refusal {
    fileprivate static func lastOwner(_ words: ProductWords) -> Refusal {
        .conflict(
            code: "last_owner",
            explanation: """
                Nobody else in the topmost \(words[.organization].singular) may manage \(words[.member].plural). Give another \
                \(words[.member].singular) such a role first; only the operator may force it.
                """)
    }

    /// Another member of the organization has the address.
    package static func emailTaken(_ words: ProductWords) -> Refusal {
        .conflict(
            code: "email_taken",
            explanation: """
                The \(words[.organization].singular) has \(words[.member].indefinite) with this e-mail address already.
                """)
    }
}
