import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import SignIn

/// The form in which somebody is invited, or changed.
struct PersonForm: Hashable, Sendable {
    /// A box to tick.
    struct Box: Hashable, Sendable {
        let field: String
        let words: String
        let explanation: String?
        let isChosen: Bool
        /// Whether nobody but the operator may give it.
        let isOff: Bool
    }

    /// What is in it.
    struct Input: Hashable, Sendable {
        var name: String
        var email: String
        var roles: Set<String>
        var permissions: Set<String>

        init(name: String = "", email: String = "", roles: Set<String> = [], permissions: Set<String> = []) {
            self.name = name
            self.email = email
            self.roles = roles
            self.permissions = permissions
        }

        init(_ member: Member) {
            self.init(
                name: member.name, email: member.email.text, roles: Set(member.roles),
                permissions: Set(member.permissions))
        }

        init(_ form: PageForm) {
            self.init(
                name: form.text("name"), email: form.text("email"), roles: Set(form.names(behind: "role.")),
                permissions: Set(form.names(behind: "permission.")))
        }
    }

    let name: String
    let nameError: String?
    /// Nil where it is not asked for.
    let email: Email?
    let roles: [Box]
    let rolesError: String?
    let permissions: [Box]
    let permissionsError: String?
    /// Whether some are chosen, so that the list is open.
    let hasPermissions: Bool

    struct Email: Hashable, Sendable {
        let text: String
        let error: String?
        let hint: String
    }

    /// The fields that have a place for what is wrong with them.
    static let fields: Set = ["name", "email", "roles", "permissions"]

    init(_ entered: ConsoleVisit, _ input: Input, _ errors: FieldErrors, asksEmail hint: String) {
        let product = entered.product
        name = input.name
        nameError = errors["name"]
        email = Email(text: input.email, error: errors["email"], hint: hint)
        let isDesk = entered.me.isOperator && entered.organization.id == entered.me.organization.id
        let mine = entered.me.permissions
        roles = product.roles.filter { isDesk || !$0.isForOperator || input.roles.contains($0.name) }.map { role in
            Box(
                field: "role.\(role.name)", words: role.title ?? role.name,
                explanation: Self.explanation(
                    role.description, isHeld: role.permissions.isSubset(of: mine)),
                isChosen: input.roles.contains(role.name),
                isOff: !role.permissions.isSubset(of: mine) && !input.roles.contains(role.name))
        }
        rolesError = errors["roles"]
        let ours = Permission.allCases.filter { isDesk || !$0.isForOperator }
        permissions =
            product.bundles.map { bundle in
                Self.box(
                    bundle.name, bundle.title ?? bundle.name, bundle.description, bundle.permissions, input, mine)
            }
            + ours.map { permission in
                Self.box(permission.rawValue, permission.words(in: product.words), nil, [permission], input, mine)
            }
        permissionsError = errors["permissions"]
        hasPermissions = !input.permissions.isEmpty || permissionsError != nil
    }

    /// - Parameters:
    ///   - gives: What it gives.
    ///   - mine: What who acts may give.
    private static func box(
        _ name: String, _ words: String, _ description: String?, _ gives: Set<Permission>, _ input: Input,
        _ mine: Set<Permission>
    ) -> Box {
        let isHeld = gives.isSubset(of: mine)
        let isChosen = input.permissions.contains(name)
        return Box(
            field: "permission.\(name)", words: words, explanation: explanation(description, isHeld: isHeld),
            isChosen: isChosen, isOff: !isHeld && !isChosen)
    }

    private static func explanation(_ text: String?, isHeld: Bool) -> String? {
        isHeld ? text : [text, "You don’t have all of it yourself."].compactMap(\.self).joined(separator: ". ")
    }
}
