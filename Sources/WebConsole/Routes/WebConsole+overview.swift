import Connections
import CredentialFormat
import Credentials
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

// What an organization's people see first.

extension WebConsole {
    /// What breaks first; where one sees none of that, the first of what one sees.
    func showOverview(_ entered: ConsoleVisit) async throws -> PageReply {
        let path = entered.organization.path
        let days = { (days: Int) in entered.now.adding(seconds: -days * 86_400) }
        let oldDays = product.policy.rotationReminderSeconds / 86_400
        let times = RiskTimes(
            now: entered.now, soon: days(-OverviewPage.soonDays), idleSince: days(OverviewPage.idleDays),
            newSince: days(OverviewPage.newDays), oldBefore: days(oldDays))
        let hasAPI = entered.terms.features.contains(.apiAccess)
        let desk = entered.terms.features.contains(.connections) && entered.sees(.connections) ? connections : nil
        let known = try await store.read(as: entered.actor) { [audit] tx in
            OverviewPage.Known(
                apiKeys: hasAPI && entered.sees(.apiKeys) ? try tx.apiKeyRisks(within: path, times) : nil,
                integrations: hasAPI && (entered.sees(.integrations) || entered.sees(.client))
                    ? try tx.integrationRisks(within: path, times) : nil,
                accessKeys: hasAPI && entered.sees(.contacts) && product.policy.accessKeys != .off
                    ? try tx.accessKeyRisks(within: path, times) : nil,
                connections: try desk?.service.list(
                    in: entered.organization, ConnectionQuery(), limit: 1, as: entered.actor, tx: tx
                ).counts,
                log: entered.sees(.auditLog)
                    ? try Self.latest(audit, entered, tx: tx) : nil)
        }
        return .page(OverviewPage(entered, known, oldDays: oldDays))
    }

    private static func latest(
        _ audit: AuditLog, _ entered: ConsoleVisit, tx: borrowing Transaction
    ) throws -> AuditLogPage {
        let listing = try audit.listNamed(
            in: entered.organization, isOperatorsOwn: entered.isOperatorsAccount, matching: AuditFilter(),
            page: Model.Page(limit: 6), as: entered.actor, tx: tx)
        return AuditLogPage(
            AuditLogPlace(entered), Listing(items: listing.items, next: nil), AuditSearch(entered.visit), error: nil)
    }
}
