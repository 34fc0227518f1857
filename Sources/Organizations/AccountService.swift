package import CredentialFormat
import DefinitionFile
import Events
import Limits
package import Model
package import Persistence
package import ProductDefinition

/// What a new account needs.
package struct AccountDraft: Sendable {
    package var name: String
    package var plan: String?
    /// Such as `Europe/Berlin`.
    package var timeZone: String?

    package init(name: String, plan: String? = nil, timeZone: String? = nil) {
        self.name = name
        self.plan = plan
        self.timeZone = timeZone
    }
}

/// What is to change of an account. Nil leaves a member as it is; for plan and time zone, an inner nil removes it.
package struct AccountEdit: Sendable {
    package var name: String?
    package var plan: String??
    package var suspended: Bool?
    package var timeZone: String??

    package init(name: String? = nil, plan: String?? = nil, suspended: Bool? = nil, timeZone: String?? = nil) {
        self.name = name
        self.plan = plan
        self.suspended = suspended
        self.timeZone = timeZone
    }
}

/// The customers of the operator. For the operator alone (`accounts.manage`).
///
/// Every function runs inside a transaction and throws ``Refusal`` for what may not be done.
package struct AccountService: Sendable {
    private let plans: PlanCatalogue
    private let words: ProductWords
    private let now: @Sendable () -> Instant

    package init(product: Product, now: @escaping @Sendable () -> Instant) {
        plans = product.plans
        words = product.words
        self.now = now
    }

    /// Makes an account and the root of its tree, which share one identifier.
    package func create(_ draft: AccountDraft, as actor: Actor, tx: borrowing Transaction) throws -> Account {
        try actor.requiresOperator(.accountsManage)
        return try insert(draft, isOperator: false, as: actor, tx: tx)
    }

    /// Makes the operator's own account. There is one.
    package func createOperator(_ draft: AccountDraft, as actor: Actor, tx: borrowing Transaction) throws -> Account {
        try actor.requiresOperator(.accountsManage)
        guard try tx.operatorAccount() == nil else {
            throw Refusal.conflict(
                code: "operator_exists", explanation: "There is an operator's \(words[.account].singular) already.")
        }
        return try insert(draft, isOperator: true, as: actor, tx: tx)
    }

    private func insert(
        _ draft: AccountDraft, isOperator: Bool, as actor: Actor, tx: borrowing Transaction
    ) throws -> Account {
        var checks = FieldChecks()
        let name = checks.line("name", draft.name)
        let plan = draft.plan.map { check(plan: $0, &checks) }
        let timeZone = draft.timeZone.map { check(timeZone: $0, &checks) }
        try checks.finish()
        let now = now()
        let id = ID<Organization>(at: now.milliseconds)
        let account = Account(
            organization: Organization(id: id, path: OrganizationPath(root: id), name: name, createdAt: now),
            plan: plan, suspendedAt: nil, isOperator: isOperator, timeZone: timeZone)
        try tx.insert(account)
        try tx.record(.accountCreated, target: id, in: id, details: ["name": name], by: actor, at: now)
        tx.announce(.organization(id))
        return account
    }

    /// All accounts, oldest first.
    package func list(page: Page, as actor: Actor, tx: borrowing Transaction) throws -> Listing<Account> {
        try actor.requiresOperator(.accountsManage)
        return try Listing(of: page, by: \.id) { after, limit in try tx.accounts(after: after, limit: limit) }
    }

    /// The accounts that a query asks for.
    ///
    /// - Parameter limit: How many at most.
    package func list(
        _ query: AccountQuery, limit: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> OrderedListing<Account> {
        try actor.requiresOperator(.accountsManage)
        return try tx.accounts(query, limit: limit)
    }

    /// One account.
    package func get(_ id: ID<Organization>, as actor: Actor, tx: borrowing Transaction) throws -> Account {
        try actor.requiresOperator(.accountsManage)
        guard let account = try tx.account(id) else { throw Refusal.notFound }
        return account
    }

    /// Changes name, plan, time zone or suspension. A suspended account's credentials are accepted nowhere.
    ///
    /// - Parameter condition: What the caller demands of the revision.
    package func edit(
        _ id: ID<Organization>, _ edit: AccountEdit, expecting condition: RevisionCondition = .any, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> Account {
        let before = try get(id, as: actor, tx: tx)
        try require(revision: before.revision, meets: condition)
        var checks = FieldChecks()
        let name = edit.name.map { checks.line("name", $0) } ?? before.organization.name
        let plan = edit.plan.map { plan in plan.map { check(plan: $0, &checks) } } ?? before.plan
        let timeZone = edit.timeZone.map { zone in zone.map { check(timeZone: $0, &checks) } } ?? before.timeZone
        try checks.finish()
        let suspended = edit.suspended ?? (before.suspendedAt != nil)
        if suspended, before.isOperator {
            throw Refusal.conflict(
                code: "operator_account",
                explanation: "The operator's own \(words[.account].singular) cannot be suspended.")
        }
        guard
            name != before.organization.name || plan != before.plan || timeZone != before.timeZone
                || suspended != (before.suspendedAt != nil)
        else { return before }
        let now = now()
        if name != before.organization.name { try tx.rename(id, to: name) }
        try tx.update(
            account: id, plan: plan, suspendedAt: suspended ? before.suspendedAt ?? now : nil, timeZone: timeZone)
        let fields = [
            name != before.organization.name ? "name" : nil, plan != before.plan ? "plan" : nil,
            timeZone != before.timeZone ? "time_zone" : nil,
        ].compactMap(\.self)
        if !fields.isEmpty {
            try tx.record(
                .accountChanged, target: id, in: id,
                details: ["fields": fields.joined(separator: " "), "plan": plan ?? ""], by: actor, at: now)
        }
        if suspended != (before.suspendedAt != nil) {
            try tx.record(suspended ? .accountSuspended : .accountResumed, target: id, in: id, by: actor, at: now)
        }
        tx.announce(.organization(id))
        return try get(id, as: actor, tx: tx)
    }

    /// One of the product's plans, also a legacy one: accounts come from elsewhere with it.
    private func check(plan: String, _ checks: inout FieldChecks) -> String {
        guard plans[plan] == nil else { return plan }
        let names = plans.definitions.map(\.name)
        if names.isEmpty {
            checks.refuse("plan", "unknown", "This product has no plans.")
        } else if let nearest = nearestName(to: plan, among: names) {
            checks.refuse("plan", "unknown", "Is no plan of this product. Did you mean \(nearest)?")
        } else {
            checks.refuse("plan", "unknown", "Is no plan of this product. It has: \(names.joined(separator: ", ")).")
        }
        return plan
    }

    private func check(timeZone: String, _ checks: inout FieldChecks) -> String {
        checks.require(
            TimeZoneOffsets.isKnown(timeZone), "time_zone", "unknown",
            "Is no time zone. They are named as Europe/Berlin is, or UTC.")
        return timeZone
    }

    /// Removes an account whose root is all that is left of it. Never the operator's own.
    package func delete(
        _ id: ID<Organization>, expecting condition: RevisionCondition = .any, as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let account = try get(id, as: actor, tx: tx)
        try require(revision: account.revision, meets: condition)
        guard !account.isOperator else {
            throw Refusal.conflict(
                code: "operator_account",
                explanation: "The operator's own \(words[.account].singular) cannot be deleted.")
        }
        let now = now()
        guard try tx.isEmpty(id, at: now) else { throw Refusal.notEmpty(words) }
        try tx.record(
            .accountDeleted, target: id, in: id, details: ["name": account.organization.name], by: actor, at: now)
        try tx.delete(id)
        tx.announce(.organization(id))
    }
}

extension Refusal {
    /// An organization or account that still holds something.
    static func notEmpty(_ words: ProductWords) -> Refusal {
        .conflict(
            code: "not_empty",
            explanation: """
                It still has \(words[.organization].plural) below it, \(words[.member].plural), \(words[.contact].plural), \
                \(words[.integration].plural), \(words[.app].plural) or \(words[.apiKey].plural). Delete those first.
                """)
    }
}
