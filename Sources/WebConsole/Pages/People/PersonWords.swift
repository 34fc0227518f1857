import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What is said of a person in lists and on their own page.
struct PersonWords {
    let product: Product

    /// The titles of roles, and those of what they have beside them: `Site Admin, Auditor + Manage credentials`.
    func rights(of member: Member) -> String {
        let roles = member.roles.map { product.role($0)?.title ?? $0 }
        let single = member.permissions.map(title)
        guard !roles.isEmpty || !single.isEmpty else { return "None" }
        return ([roles.joined(separator: ", ")] + single).filter { !$0.isEmpty }.joined(separator: " + ")
    }

    /// A permission or bundle as people know it.
    func title(_ permission: String) -> String {
        product.bundles.first { $0.name == permission }?.title
            ?? Permission(rawValue: permission)?.words(in: product.words) ?? permission
    }

    /// The one word of somebody who cannot sign in as usual.
    static func badge(_ listed: ListedMember) -> Badge? {
        guard !listed.member.hasPassword else { return nil }
        return listed.isInvited ? Badge(.info, "Invited") : Badge(.neutral, "No password")
    }
}
