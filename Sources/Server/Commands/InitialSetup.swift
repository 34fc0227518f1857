import CredentialFormat
import Credentials
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import Tokens

/// What a new database needs before anybody can use it: the operator and its first key, a first account and its admin.
struct InitialSetup: Sendable {
    /// What the one who sets up is told, once.
    struct Outcome: Sendable {
        let operatorKey: Issued<APIKey>
        let account: Account
        let admin: Member
    }

    let composition: Composition

    /// The one at the machine, who may do everything.
    ///
    /// - Parameter remarks: What each of its audit events says besides.
    static func actor(_ command: String, remarks: [String: String] = [:]) -> Actor {
        Actor(
            .command(command), reach: .everything, permissions: Set(Permission.allCases), requestID: "command",
            address: nil, remarks: remarks)
    }

    /// - Throws: ``Refusal`` `operator_exists` for a database that was set up before.
    func run(
        operatorName: String, accountName: String, adminEmail: String, adminName: String, password: PasswordDigest,
        as actor: Actor
    ) async throws -> Outcome {
        let now = composition.now
        let product = composition.product
        let keyRing = composition.keyRing
        return try await composition.store.write { tx in
            let accounts = AccountService(product: product, now: now)
            let desk = try accounts.createOperator(AccountDraft(name: operatorName), as: actor, tx: tx)
            let operatorKey = try APIKeyService(product: product, peppers: { keyRing.keys.peppers }, now: now).create(
                Self.operatorKeyDraft(product, OperatorKeyRequest(name: "Operator")), in: desk.id, as: actor, tx: tx)
            let account = try accounts.create(AccountDraft(name: accountName), as: actor, tx: tx)
            let admin = try MembershipService(product: product, now: now).create(
                MemberDraft(email: adminEmail, name: adminName, roles: [product.adminRole], password: password),
                in: account.id, as: actor, tx: tx)
            return Outcome(operatorKey: operatorKey, account: account, admin: admin)
        }
    }

    /// A key of the operator's with every management right.
    static func operatorKeyDraft(_ product: Product, _ request: OperatorKeyRequest) -> APIKeyDraft {
        APIKeyDraft(
            name: request.name, description: "Made at the machine of the server",
            lifetimeSeconds: request.lifetimeSeconds ?? product.policy.apiKeyLifetimes.maximum,
            scopes: Permission.allCases.compactMap { $0.scope?.name })
    }
}

extension Product {
    /// The role of a first admin: of those that a customer may have, the one with the most permissions.
    var adminRole: String {
        roles.filter { !$0.permissions.contains(where: \.isForOperator) }
            .max { $0.permissions.count < $1.permissions.count }?.name ?? ""
    }
}
