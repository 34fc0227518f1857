import CredentialFormat
import Model
import Organizations
import Persistence
import ProductDefinition
import SignIn

/// The sample people of `claviger demo`: one for each role of the product, those with rights of the operator in the operator's
/// own organization. Their passwords are made anew at every start.
struct DemoPeople: Sendable {
    /// Somebody to sign in as.
    struct Person: Sendable {
        let role: RoleDefinition
        let email: EmailAddress
        let name: String
        let password: String
        let digest: PasswordDigest
    }

    /// No address of it is anybody's (RFC 2606).
    private static let domain = "people.example"
    private static let names = [
        "Amara Okafor", "Ben Castillo", "Chloé Laurent", "Dev Mehta", "Elif Aydın", "Finn Byrne", "Grace Kim",
        "Hana Sato",
        "Ivan Petrov", "Jana Novák", "Kofi Mensah", "Lena Vogel",
    ]

    let people: [Person]

    /// Makes passwords and what is kept of them.
    init(of product: Product, _ keeper: PasswordKeeper) async throws {
        var people: [Person] = []
        for (index, role) in product.roles.enumerated() {
            guard let email = EmailAddress("\(role.name)@\(Self.domain)") else { continue }
            let password = Initialize.generatedPassword()
            people.append(
                Person(
                    role: role, email: email, name: Self.names[index % Self.names.count], password: password,
                    digest: try await keeper.digest(of: password, for: email)))
        }
        self.people = people
    }

    /// Gives each their password, and makes those that there are not yet.
    func settle(
        in account: ID<Organization>, desk: ID<Organization>, _ members: MembershipService, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> [DemoCredentials.Person] {
        try people.map { person in
            let organization = person.role.isForOperator ? desk : account
            if let known = try tx.member(email: person.email, in: organization) {
                _ = try members.edit(
                    known.id, in: organization,
                    MemberEdit(roles: [person.role.name], password: .set(person.digest, for: person.email)),
                    force: true, as: actor, tx: tx)
            } else {
                _ = try members.create(
                    MemberDraft(
                        email: person.email.text, name: person.name, roles: [person.role.name], password: person.digest),
                    in: organization, as: actor, tx: tx)
            }
            return DemoCredentials.Person(
                role: person.role.name, title: person.role.title ?? person.role.name, email: person.email.text,
                password: person.password, organization: organization.description)
        }
    }
}
