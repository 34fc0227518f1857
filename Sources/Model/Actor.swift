package import CredentialFormat
package import Policy

/// Who acts, with which rights and how far they reach. Every change takes one (law 10).
package struct Actor: Sendable {
    /// What it is that acts.
    package enum Identity: Hashable, Sendable {
        case apiKey(ID<APIKey>)
        /// An integration, for the contact whose access key came with its credentials.
        case integration(ID<Integration>, for: ID<Contact>?)
        /// An app, for the user who consented, or for itself where it gives up a token.
        case app(ID<App>, for: ID<Member>?)
        case member(ID<Member>)
        /// A command at the machine itself, such as `claviger init`.
        case command(String)
        /// A provider that tells what became of one of its accounts.
        case provider(String)
    }

    /// How far rights reach.
    package enum Reach: Hashable, Sendable {
        /// No organization at all: who acts is not known yet.
        case nothing
        /// An organization and what is below it.
        case subtree(OrganizationPath)
        /// Every account: the operator's own.
        case everything

        /// The part of a tree that questions to the database are bound to, nil for every account.
        ///
        /// - Throws: ``Refusal/notFound`` where nothing is reached.
        package func bound() throws(Refusal) -> OrganizationPath? {
            switch self {
            case .nothing: throw .notFound
            case .subtree(let path): path
            case .everything: nil
            }
        }
    }

    package let identity: Identity
    package let reach: Reach
    package let permissions: Set<Permission>
    /// The request that it acts in, for the audit log.
    package let requestID: String
    package let address: IPAddress?
    /// What each of its audit events says besides: why it was done, where nobody asked for that very thing.
    package let remarks: [String: String]

    package init(
        _ identity: Identity, reach: Reach, permissions: Set<Permission>, requestID: String, address: IPAddress?,
        remarks: [String: String] = [:]
    ) {
        self.identity = identity
        self.reach = reach
        self.permissions = permissions
        self.requestID = requestID
        self.address = address
        self.remarks = remarks
    }

    /// The identifier, `command:<name>` or `provider:<name>`, as audit events and `created_by` show it.
    package var label: String {
        switch identity {
        case .apiKey(let id): id.description
        case .integration(let id, .some(let contact)): "\(contact) by \(id)"
        case .integration(let id, .none): id.description
        case .app(let app, .some(let member)): "\(member) by \(app)"
        case .app(let app, .none): app.description
        case .member(let id): id.description
        case .command(let name): "command:\(name)"
        case .provider(let name): "provider:\(name)"
        }
    }

    /// The member who acts, by themself or through an app.
    package var member: ID<Member>? {
        switch identity {
        case .member(let id): id
        case .app(_, let member): member
        case .apiKey, .integration, .command, .provider: nil
        }
    }

    /// Whether an organization may even be known to it (law 12).
    package func sees(_ path: OrganizationPath) -> Bool {
        switch reach {
        case .nothing: false
        case .everything: true
        case .subtree(let root): path.isWithin(root)
        }
    }

    /// Whether it has a right there. What it does not see, it has no right to.
    package func may(_ permission: Permission, in path: OrganizationPath) -> Bool {
        sees(path) && permissions.contains(permission)
    }

    /// Refuses unless it may: ``Refusal/notFound`` for what it must not know of, else ``Refusal/forbidden(_:)``.
    package func requires(_ permission: Permission, in path: OrganizationPath) throws(Refusal) {
        guard sees(path) else { throw .notFound }
        guard permissions.contains(permission) else { throw .forbidden(permission) }
    }

    /// Whether it is the operator and has that right.
    package func isOperator(holding permission: Permission) -> Bool {
        reach == .everything && permissions.contains(permission)
    }

    /// Refuses unless it is the operator and has that right.
    package func requiresOperator(_ permission: Permission) throws(Refusal) {
        guard isOperator(holding: permission) else { throw .forbidden(permission) }
    }

    /// Refuses unless it holds every management right among `scopes` itself: nobody gives, renews or revives what they
    /// do not have (law 11).
    package func requiresRights(in scopes: ScopeSet) throws(Refusal) {
        try requiresRights(scopes.permissions)
    }

    /// Refuses unless it holds all of `wanted` itself.
    package func requiresRights(_ wanted: Set<Permission>) throws(Refusal) {
        let missing = wanted.subtracting(permissions).sorted { $0.rawValue < $1.rawValue }
        if let first = missing.first { throw .exceedsRights(first) }
    }
}
