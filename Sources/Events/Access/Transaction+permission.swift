package import CredentialFormat
package import Model
package import Persistence

extension Transaction {
    /// The organization, once it is certain that `actor` has a right there.
    ///
    /// - Throws: ``Refusal/notFound`` where there is none or the actor must not know of it (law 12), then
    ///   ``Refusal/forbidden(_:)``.
    package borrowing func organization(
        _ id: ID<Organization>, where actor: Actor, may permission: Permission
    ) throws -> Organization {
        guard let organization = try organization(id) else { throw Refusal.notFound }
        try actor.requires(permission, in: organization.path)
        return organization
    }

    /// An organization, and on request those below it, once it is certain that `actor` has a right there.
    ///
    /// - Throws: As ``organization(_:where:may:)``.
    package borrowing func extent(
        of id: ID<Organization>, _ includeDescendants: Bool, where actor: Actor, may permission: Permission
    ) throws -> Extent {
        let path = try organization(id, where: actor, may: permission).path
        return includeDescendants ? .within(path) : .organization(path)
    }

    /// The contact, once it is certain that `actor` has a right in the organization, and that it is one of that organization.
    ///
    /// - Throws: As ``organization(_:where:may:)``, and ``Refusal/notFound`` for a contact of another organization.
    package borrowing func contact(
        _ id: ID<Contact>, in organization: ID<Organization>, where actor: Actor, may permission: Permission
    ) throws -> Contact {
        _ = try self.organization(organization, where: actor, may: permission)
        guard let contact = try contact(id), contact.organization == organization else { throw Refusal.notFound }
        return contact
    }

    /// Refuses rights that only the operator's own organization may hold, anywhere else.
    package borrowing func requireOperatorsOwn(
        _ permissions: Set<Permission>, in organization: Organization, field: String
    ) throws {
        guard permissions.contains(where: \.isForOperator) else { return }
        guard try operatorAccount()?.id != organization.id else { return }
        throw Refusal.invalid([
            InvalidField(field, "operator_only", "Gives a right that only the operator's own organization may hold.")
        ])
    }
}
