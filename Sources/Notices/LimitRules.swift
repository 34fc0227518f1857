import CredentialFormat
import Limits
import Model
import Persistence
import ProductDefinition

/// How much of the rate limits of a day or a month is used up. Shorter ones are reached by every burst, and told nobody; those that refuse
/// nothing neither, nor what a credential was given of its own, whose managers know it.
struct LimitRules: Sendable {
    private static let percents = [100, 80]

    let rateLimits: RateLimitCatalogue

    func findings(of counts: [RateCount], at now: Instant, tx: borrowing Transaction) throws -> [EventDraft] {
        var limits: [ID<Organization>: [RateLimit]] = [:]
        var drafts: [EventDraft] = []
        for count in counts where count.used > 0 && count.idleAt > now {
            if limits[count.account] == nil {
                limits[count.account] = try tx.account(count.account).map(self.limits) ?? []
            }
            let name = UInt64(bitPattern: count.limit)
            guard let limit = limits[count.account]?.first(where: { $0.fingerprint == name }),
                let draft = try draft(count, limit, at: now, tx: tx)
            else { continue }
            drafts.append(draft)
        }
        return drafts
    }

    /// All that hold for an account, of calls and of tokens.
    private func limits(of account: Account) -> [RateLimit] {
        let set = rateLimits.limits(ofPlan: account.plan, isOperator: account.isOperator)?
            .following(zoneNamed: account.timeZone)
        return (set?.limits ?? []) + (set?.tokens?.limits ?? [])
    }

    private func draft(
        _ count: RateCount, _ limit: RateLimit, at now: Instant, tx: borrowing Transaction
    ) throws -> EventDraft? {
        let isTold = limit.period == .day || limit.period == .month
        let window = LimitWindow(limit.period, in: limit.zone, at: now.milliseconds)
        let used = min(count.used, Int64(RateLimit.maximumAmount) * 2)
        guard isTold, limit.mode == .enforce, count.mark == window.start,
            let percent = Self.percents.first(where: { used * 100 >= Int64(limit.amount) * Int64($0) }),
            let holder = try holder(count, limit, tx: tx)
        else { return nil }
        return EventDraft(
            .limitReached, subject: holder.id, occasion: "\(limit.name).\(window.start).\(percent)", path: holder.path,
            at: now,
            holder.members + [
                ("limit", .text(limit.name)), ("percent", .number(percent)), ("period", .text(limit.period.rawValue)),
                ("amount", .number(limit.amount)), ("used", .number(Int(used))),
                ("resets_at", .text(RFC3339.text(of: Instant(milliseconds: window.end)))),
            ])
    }

    /// Nil for who is gone.
    private func holder(
        _ count: RateCount, _ limit: RateLimit, tx: borrowing Transaction
    ) throws -> NamedCredential? {
        switch limit.holder {
        case .credential:
            for kind in [KeptRefusal.Kind.apiKey, .integration, .grant] {
                if let found = try tx.named(kind, count.holder) { return found }
            }
            return nil
        case .organization, .account:
            let id = ID<Organization>(value: count.holder.value)
            return try tx.organization(id).map { NamedCredential(id: "\(id)", type: nil, name: nil, path: $0.path) }
        }
    }
}

/// Where the walk through what was counted goes on: a holder and a limit.
struct RateCountPlace: Sendable, CustomStringConvertible {
    let holder: ID<AnyEntity>
    let limit: Int64

    init(_ count: RateCount) {
        (holder, limit) = (count.holder, count.limit)
    }

    /// Nil for the beginning.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let holder = ID<AnyEntity>(parsing: parts[0]), let limit = Int64(parts[1]) else {
            return nil
        }
        (self.holder, self.limit) = (holder, limit)
    }

    var description: String { "\(holder) \(limit)" }
}
