import SignIn
import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of API keys: what it can be searched for, and what its rows say.
enum APIKeyList {
    static let pageSize = 50
    /// Not used for so long is worth a look, in days.
    static let unusedDays = 90
    /// What ends within so many days ends soon.
    static let soonDays = 30

    enum Filter: String, CaseIterable {
        case soon = "expires-soon"
        case expired
        case disabled
        case neverUsed = "never-used"
        case neverUsedThoughOld = "never-used-7-days"
        case unused = "unused-90-days"
        case old
        case fromAnywhere = "any-address"
        case creatorLeft = "creator-left"
        case mine
        case here

        /// Whether it is about keys that work: what works no longer is at no risk.
        var isRisk: Bool {
            switch self {
            case .soon, .neverUsedThoughOld, .unused, .old, .creatorLeft: true
            case .expired, .disabled, .neverUsed, .fromAnywhere, .mine, .here: false
            }
        }

        /// What to do about those.
        var advice: RiskAdvice? {
            switch self {
            case .soon: .expiring
            case .expired: .expired
            case .neverUsed, .neverUsedThoughOld: .neverUsed
            case .unused: .unused
            case .old: .old
            case .fromAnywhere: .fromAnywhere
            case .creatorLeft: .creatorLeft
            case .disabled, .mine, .here: nil
            }
        }
    }

    /// What the address says.
    static func request(_ entered: ConsoleVisit, _ filters: ListFrame.Filters) -> ListRequest {
        ListRequest(
            entered.visit, filters: filters.map(\.name), scopes: entered.product.scopes,
            columns: APIKeyQuery.Order.allCases.map(\.rawValue))
    }

    /// What the address asks for.
    static func query(_ request: ListRequest, _ entered: ConsoleVisit) -> APIKeyQuery {
        let (now, product) = (entered.now, entered.product)
        var query = APIKeyQuery()
        query.search = NameSearch(request.search)
        query.after = request.after
        query.scope = request.scope.flatMap { Scope($0) }
        let filters = request.filters.compactMap(Filter.init)
        let isAboutOthers = filters.contains(.expired) || filters.contains(.disabled)
        if filters.contains(where: \.isRisk), !isAboutOthers { query.worksAt = now }
        for filter in filters {
            switch filter {
            case .soon: query.ending = now..<now.adding(seconds: soonDays * 86_400)
            case .expired: query.endedBefore = now
            case .disabled: query.isDisabled = true
            case .neverUsed: query.neverUsed = true
            case .neverUsedThoughOld:
                query.neverUsed = true
                query.madeBefore = now.adding(seconds: -OverviewPage.newDays * 86_400)
            case .unused: query.unusedSince = now.adding(seconds: -unusedDays * 86_400)
            case .old: query.secretBefore = now.adding(seconds: -product.policy.rotationReminderSeconds)
            case .fromAnywhere: query.fromAnywhere = true
            case .creatorLeft: query.isLeft = true
            case .mine: query.steward = entered.me.member.id
            case .here: break
            }
        }
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        return query
    }

    /// The words of the filters.
    static func filters(_ entered: ConsoleVisit) -> ListFrame.Filters {
        Filter.allCases.compactMap { filter in
            let words =
                switch filter {
                case .soon: "Expires within \(soonDays) days"
                case .expired: "Expired"
                case .disabled: "Disabled"
                case .neverUsed: "Never used"
                case .neverUsedThoughOld: "Never used, made over \(OverviewPage.newDays) days ago"
                case .unused: "Unused for \(unusedDays) days"
                case .old: "Older than \(Spans.words(entered.product.policy.rotationReminderSeconds))"
                case .fromAnywhere: "No address rule"
                case .creatorLeft: "Creator has left"
                case .mine: "Looked after by you"
                case .here: "In \(entered.organization.name) alone"
                }
            return filter == .here && entered.reachable.count < 2 ? nil : (filter.rawValue, words)
        }
    }

    /// What is not as usual, the most urgent first; nil for nothing.
    static func badge(_ item: ListedAPIKey, at now: Instant, _ product: Product) -> Badge? {
        let key = item.key
        switch key.state(at: now) {
        case .expired: return Badge(.bad, "Expired")
        case .disabled: return Badge(.neutral, "Disabled")
        case .active: break
        }
        let left = key.expiresAt.seconds(since: now)
        // A week before the end, and of a key that lives shorter the last quarter of its time.
        if left < min(7 * 86_400, key.expiresAt.seconds(since: key.rotatedAt) / 4) {
            return Badge(.caution, "Expires in \(Spans.roughly(left))")
        }
        if let until = key.previousExpiresAt, until > now {
            return Badge(.info, "Two secrets for \(Spans.roughly(until.seconds(since: now)))")
        }
        if let due = Badge.rotation(madeAt: key.rotatedAt, leftAt: item.leftAt, at: now, product) { return due }
        if now.seconds(since: key.lastUse?.at ?? key.createdAt) > unusedDays * 86_400 {
            return Badge(.neutral, "Unused")
        }
        return nil
    }

    /// When it ends, to the minute and with its zone where that is soon.
    static func end(_ key: APIKey, at now: Instant) -> ListPage.Cell {
        let left = key.expiresAt.seconds(since: now)
        let words = left <= 0 ? "on \(DateWords.shortDay(key.expiresAt, now: now))" : "in \(Spans.roughly(left))"
        return ListPage.Cell(time: TimeWords(key.expiresAt, now: now, words: words))
    }
}
