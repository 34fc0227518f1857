package import CredentialFormat
import Events
package import Model
import Organizations
package import Persistence
package import Policy
package import ProductDefinition
package import Tokens

/// What the operator's backend says of its signed-in user.
package struct ConsoleSessionDraft: Sendable {
    package var organization: ID<Organization>
    package var email: String
    package var name: String
    /// Names of roles of the product. The session may do no more than these.
    package var roles: [String]
    /// Where the browser goes back to.
    package var returnURL: String?

    package init(
        organization: ID<Organization>, email: String, name: String, roles: [String], returnURL: String? = nil
    ) {
        self.organization = organization
        self.email = email
        self.name = name
        self.roles = roles
        self.returnURL = returnURL
    }
}

/// A sign-in that is about to be handed over.
package struct ConsoleSession: Sendable, CustomStringConvertible, CustomReflectable {
    package let link: OneTimeLink
    /// Where the browser is to be sent, within 60 seconds, once.
    package let url: String
    package let member: Member

    /// The link's identifier alone.
    package var description: String { "console session \(link.id)" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Hands a sign-in at the operator's own pages over to ours.
///
/// The member is found by e-mail address in that organization, or made with these roles. One who is there keeps the roles
/// that are stored: what is said here only narrows the session, and it never exceeds the maker's own rights: not in what it
/// may do, nor in what it may let an app do (law 11).
package struct ConsoleSessionService: Sendable {
    /// The most open links of a member.
    package static let maximumOpen = 10

    private let roles: RoleService
    private let members: MembershipService
    private let links: LinkMaker
    private let allowsLoopback: Bool
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - issuer: The public base URL.
    ///   - allowsLoopback: Whether browsers may be sent back to `http` on the own machine, for development.
    package init(
        keyRing: KeyRing, product: Product, issuer: String, allowsLoopback: Bool,
        now: @escaping @Sendable () -> Instant
    ) {
        roles = RoleService(product: product)
        members = MembershipService(product: product, now: now)
        links = LinkMaker(keyRing: keyRing, brand: product.brand, address: PublicAddress(issuer: issuer))
        self.allowsLoopback = allowsLoopback
        self.now = now
    }

    /// - Parameter scopes: Those of the credential that asks for it.
    /// - Throws: ``Refusal``
    package func create(
        _ draft: ConsoleSessionDraft, as actor: Actor, holding scopes: ScopeSet, tx: borrowing Transaction
    ) throws -> ConsoleSession {
        let organization = try tx.organization(draft.organization, where: actor, may: .consoleSessionsCreate)
        var checks = FieldChecks()
        let name = checks.line("name", draft.name)
        let email = checks.email("email", draft.email)
        let given = roles.checked(draft.roles, &checks)
        let returnURL = draft.returnURL.flatMap { check(returnURL: $0, &checks) }
        try checks.finish()
        guard let email else { throw Refusal.notFound }
        let permissions = roles.permissions(ofRoles: given, beside: [])
        try actor.requiresRights(permissions)
        try tx.requireOperatorsOwn(permissions, in: organization, field: "roles")
        let now = now()
        let found =
            try tx.member(email: email, in: organization.id)
            ?? make(email, name, given, in: organization, as: actor, at: now, tx: tx)
        let member = try unproving(found, by: actor, at: now, tx: tx)
        let link = OneTimeLink(
            id: ID(at: now.milliseconds), purpose: .handOver, member: member.id, permissions: permissions,
            scopes: scopes, returnURL: returnURL, createdAt: now, createdBy: actor.label)
        let url = try links.insert(link, keeping: Self.maximumOpen - 1, tx: tx)
        try tx.record(
            .sessionHandedOver, target: member.id, in: organization.id,
            details: ["link": link.id.description, "roles": given.joined(separator: " ")], by: actor, at: now)
        return ConsoleSession(link: link, url: url, member: member)
    }

    /// A member for whose address the operator has spoken is handed over by the operator alone, or nobody speaks for it any
    /// more: an app believes that word in every session (``EmailProof``).
    private func unproving(
        _ member: Member, by actor: Actor, at now: Instant, tx: borrowing Transaction
    ) throws -> Member {
        guard case .operatorsWord = member.emailProof, !actor.isOperator(holding: .consoleSessionsCreate) else {
            return member
        }
        try tx.setEmailProof(nil, of: member.id)
        try tx.record(
            .memberChanged, target: member.id, in: member.organization, details: ["fields": "email_verified"],
            by: actor, at: now)
        return try tx.member(member.id) ?? member
    }

    private func make(
        _ email: EmailAddress, _ name: String, _ roles: [String], in organization: Organization, as actor: Actor,
        at now: Instant, tx: borrowing Transaction
    ) throws -> Member {
        let member = Member(
            id: ID(at: now.milliseconds), organization: organization.id, email: email, name: name, roles: roles,
            hasPassword: false, createdAt: now)
        do {
            return try members.enrol(member, in: organization.account, password: nil, by: actor, tx: tx)
        } catch StoreError.constraint(.unique) {
            // Another call made the member at the same moment.
            throw StoreError.conflict
        }
    }

    /// `https`, or in development `http` on the own machine.
    private func check(returnURL text: String, _ checks: inout FieldChecks) -> String? {
        do {
            let uri = try RedirectURI(parsing: text)
            guard uri.privateUseScheme == nil else { throw RedirectURI.Problem.scheme }
            guard allowsLoopback || (try? WebLink(parsing: text)) != nil else { throw RedirectURI.Problem.plainHTTP }
            return text
        } catch {
            let problem = error as? RedirectURI.Problem
            checks.refuse("return_url", "invalid", problem?.explanation ?? "Must be an https URL.")
            return nil
        }
    }
}
