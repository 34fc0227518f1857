package import CredentialFormat
import Events
package import Model
package import Persistence
import Policy

/// Changes several credentials of a kind together, each by the rule for one: all, or none where one may not be.
package struct SeveralService: Sendable {
    /// How many are changed together.
    package static let most = 100

    private let apiKeys: APIKeyService
    private let integrations: IntegrationService
    private let apps: AppService

    package init(apiKeys: APIKeyService, integrations: IntegrationService, apps: AppService) {
        self.apiKeys = apiKeys
        self.integrations = integrations
        self.apps = apps
    }

    /// Those of these credentials that are there, in an organization and those below it; oldest first. What is gone, elsewhere or of
    /// another kind is left out.
    package func find(
        _ ids: Set<StewardedID>, of kind: StewardedID.Kind, in id: ID<Organization>, as actor: Actor,
        tx: borrowing Transaction
    ) throws -> [CredentialOfSeveral] {
        let path = try tx.organization(id, where: actor, may: kind.managing).path
        let asked = ids.filter { $0.kind == kind }.sorted { $0.value < $1.value }.prefix(Self.most)
        switch kind {
        case .apiKey:
            let now = apiKeys.now()
            return try tx.listedAPIKeys(asked.map { ID(value: $0.value) }, within: path).map { listed in
                CredentialOfSeveral(listed, at: now)
            }
        case .integration:
            return try tx.listedIntegrations(asked.map { ID(value: $0.value) }, within: path)
                .map(CredentialOfSeveral.init)
        case .app:
            return try tx.listedApps(asked.map { ID(value: $0.value) }, within: path).map(CredentialOfSeveral.init)
        }
    }

    /// Changes them.
    ///
    /// - Parameter addresses: Of the rule that they get, for that change alone.
    /// - Returns: All that were found, as they were before.
    /// - Throws: ``Refusal/invalid(_:)`` with all that may not be changed so, each under `ids.<identifier>`, and for a change that the kind
    ///   does not know.
    @discardableResult
    package func change(
        _ ids: Set<StewardedID>, of kind: StewardedID.Kind, in id: ID<Organization>, by change: SeveralChange,
        addresses: [String], as actor: Actor, tx: borrowing Transaction
    ) throws -> [CredentialOfSeveral] {
        let found = try find(ids, of: kind, in: id, as: actor, tx: tx)
        var problems = problems(with: change, of: kind, addresses: addresses)
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        for one in found where one.isChanged(by: change) {
            do {
                try self.change(one, by: change, addresses: addresses, as: actor, tx: tx)
            } catch let refusal as Refusal {
                // Of a hundred it must be known which: the rest can be done without them.
                guard let own = refusal.problems(with: one) else { throw refusal }
                problems += own
            }
        }
        guard problems.isEmpty else { throw Refusal.invalid(problems) }
        return found
    }

    private func change(
        _ one: CredentialOfSeveral, by change: SeveralChange, addresses: [String], as actor: Actor,
        tx: borrowing Transaction
    ) throws {
        let home = one.organization
        switch (change, one.id) {
        case (.restrict, .apiKey(let id)):
            _ = try apiKeys.edit(id, in: home, APIKeyEdit(allowedAddresses: addresses), as: actor, tx: tx)
        case (.restrict, .integration(let id)):
            _ = try integrations.edit(id, in: home, IntegrationEdit(allowedAddresses: addresses), as: actor, tx: tx)
        case (.disable, .apiKey(let id)): _ = try apiKeys.disable(id, in: home, as: actor, tx: tx)
        case (.disable, .integration(let id)): _ = try integrations.disable(id, in: home, as: actor, tx: tx)
        case (.disable, .app(let id)): _ = try apps.disable(id, in: home, as: actor, tx: tx)
        case (.delete, .apiKey(let id)): try apiKeys.delete(id, in: home, as: actor, tx: tx)
        case (.delete, .integration(let id)): try integrations.delete(id, in: home, as: actor, tx: tx)
        case (.delete, .app(let id)): try apps.delete(id, in: home, as: actor, tx: tx)
        case (.restrict, .app): break
        }
    }

    /// What is wrong with a change in itself.
    ///
    /// - Parameter addresses: Looked at where they are for something.
    package func problems(
        with change: SeveralChange, of kind: StewardedID.Kind, addresses: [String]
    ) -> [InvalidField] {
        guard SeveralChange.offered(for: kind).contains(change) else {
            return [InvalidField("change", "invalid", "Cannot be done to these.")]
        }
        guard change == .restrict else { return [] }
        guard !addresses.isEmpty else {
            return [InvalidField("allowed_addresses", "required", "Say from which addresses.")]
        }
        var checks = FieldChecks()
        _ = checks.addresses(addresses)
        return checks.problems
    }
}

extension Refusal {
    /// Why one of several may not be changed, nil for what is no matter of that one.
    fileprivate func problems(with one: CredentialOfSeveral) -> [InvalidField]? {
        func problem(_ code: String, _ message: String) -> InvalidField {
            InvalidField("ids.\(one.id.description)", code, "“\(one.name)”: \(message)")
        }
        switch self {
        case .exceedsRights(let permission):
            return [problem("exceeds_rights", "It has \(permission.rawValue), which you do not have yourself.")]
        case .invalid(let fields): return fields.map { problem($0.code, $0.message) }
        case .conflict(let code, let explanation), .limitReached(let code, let explanation):
            return [problem(code, explanation)]
        case .notFound, .forbidden, .presenceRequired, .tooOften, .preconditionFailed: return nil
        }
    }
}
