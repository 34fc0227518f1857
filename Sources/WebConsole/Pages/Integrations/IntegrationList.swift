import SignIn
import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of integrations: what it can be searched for, and what its rows say.
enum IntegrationList {
    static let pageSize = 50
    /// Not used for so long is worth a look, in days.
    static let unusedDays = 90

    enum Filter: String, CaseIterable {
        case disabled
        case neverUsed = "never-used"
        case neverUsedThoughOld = "never-used-7-days"
        case unused = "unused-90-days"
        case oldSecret = "old-secret"
        case fromAnywhere = "any-address"
        case creatorLeft = "creator-left"
        case mine
        case here = "here"

        /// Whether it is a matter of what is accepted: what is disabled is at no risk.
        var isRisk: Bool {
            switch self {
            case .neverUsedThoughOld, .unused, .oldSecret, .creatorLeft: true
            case .disabled, .neverUsed, .fromAnywhere, .mine, .here: false
            }
        }

        /// What to do about those.
        var advice: RiskAdvice? {
            switch self {
            case .neverUsed, .neverUsedThoughOld: .neverUsed
            case .unused: .unused
            case .oldSecret: .old
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
            columns: IntegrationQuery.Order.allCases.map(\.rawValue))
    }

    /// What the address asks for.
    static func query(_ request: ListRequest, _ entered: ConsoleVisit) -> IntegrationQuery {
        let (now, product) = (entered.now, entered.product)
        var query = IntegrationQuery()
        query.search = NameSearch(request.search)
        query.after = request.after
        query.scope = request.scope.flatMap { Scope($0) }
        let filters = request.filters.compactMap(Filter.init)
        if filters.contains(where: \.isRisk) { query.isDisabled = false }
        for filter in filters {
            switch filter {
            case .disabled: query.isDisabled = true
            case .neverUsed: query.neverUsed = true
            case .neverUsedThoughOld:
                query.neverUsed = true
                query.madeBefore = now.adding(seconds: -OverviewPage.newDays * 86_400)
            case .unused: query.unusedSince = now.adding(seconds: -unusedDays * 86_400)
            case .oldSecret: query.secretBefore = now.adding(seconds: -product.policy.rotationReminderSeconds)
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
        let age = Spans.words(entered.product.policy.rotationReminderSeconds)
        let secret = entered.words[.clientSecret].capitalized
        return Filter.allCases.compactMap { filter in
            let words =
                switch filter {
                case .disabled: "Disabled"
                case .neverUsed: "Never used"
                case .neverUsedThoughOld: "Never used, made over \(OverviewPage.newDays) days ago"
                case .unused: "Unused for \(unusedDays) days"
                case .oldSecret: "\(secret) older than \(age)"
                case .fromAnywhere: "No address rule"
                case .creatorLeft: "Creator has left"
                case .mine: "Looked after by you"
                case .here: "In \(entered.organization.name) alone"
                }
            // Where there is nothing below, it would leave nothing out.
            return filter == .here && entered.reachable.count < 2 ? nil : (filter.rawValue, words)
        }
    }

    /// What is not as usual, the most urgent first; nil for nothing.
    static func badge(_ item: ListedIntegration, at now: Instant, _ product: Product) -> Badge? {
        if item.integration.disabling != nil { return Badge(.neutral, "Disabled") }
        if let ending = item.previousSecretEndsAt, ending > now {
            return Badge(.info, "Two secrets for \(Spans.roughly(ending.seconds(since: now)))")
        }
        if let due = Badge.rotation(madeAt: item.secretAt, leftAt: item.leftAt, at: now, product) { return due }
        let since = item.lastUse?.at ?? item.integration.createdAt
        if now.seconds(since: since) > unusedDays * 86_400 { return Badge(.neutral, "Unused") }
        return nil
    }

    /// When and from where it was last used.
    static func lastUse(_ use: LastUse?, at now: Instant) -> ListPage.Cell {
        guard let use else { return ListPage.Cell(text: "Never used") }
        return ListPage.Cell(
            time: TimeWords(use.at, now: now), after: use.address.map { ", from \($0)" })
    }
}
