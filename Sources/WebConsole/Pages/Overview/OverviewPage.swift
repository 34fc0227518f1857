import Connections
import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What breaks first: how many credentials are at which risk, each number a link to those.
struct OverviewPage: Page {
    static let template = PageTemplate.overview
    static let scripts: [Script] = [.menus, .times]
    /// Within how many days something ends soon, and after how many without use it is idle.
    static let soonDays = 30
    static let idleDays = 90
    /// For how many days nobody expects that something was used.
    static let newDays = 7
    var title: String { pageHead.title }

    /// The risks of one kind of credentials.
    struct Kind: Hashable, Sendable {
        let id: String
        let title: String
        /// `37 OAuth 2.0 API keys`
        let lead: String
        let risks: [RiskCard]
        let hasRisks: Bool
        let listLink: String
        let listWords: String
    }

    /// Something that was changed lately.
    struct Event: Hashable, Sendable {
        let at: TimeWords
        let what: String
        let thing: String
        let thingLink: String
        let who: String
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs?
    let kinds: [Kind]
    let events: [Event]
    let hasEvents: Bool
    let logLink: String
    /// What else one may go to.
    let places: [PageLink]
    let hasPlaces: Bool
    /// Where somebody asks whose a credential is, nil for who sees none.
    let lookUp: PageLink?
    /// Where it is told how much is used, nil for who sees none of it.
    let callsLink: PageLink?
    var notice: Notice?

    /// What there is to know, as far as one may.
    struct Known: Sendable {
        let apiKeys: CredentialRisks?
        let integrations: CredentialRisks?
        let accessKeys: CredentialRisks?
        let connections: ConnectionCounts?
        let log: AuditLogPage?
    }

    init(_ entered: ConsoleVisit, _ known: Known, oldDays: Int) {
        let words = entered.words
        shell = entered.shell()
        pageHead = PageHead(
            title: entered.heading,
            lead: "What needs attention in \(entered.organization.name) and below.", action: nil, reason: nil)
        tabs = entered.sectionTabs
        kinds = [
            known.integrations.map {
                Self.kind(
                    entered, ConsoleSections.root(entered.sees(.client) ? .client : .integrations), words[.integration],
                    $0, oldDays)
            },
            known.apiKeys.map { Self.kind(entered, .apiKeys, words[.apiKey], $0, oldDays) },
            known.accessKeys.map { Self.kind(entered, .accessKeys, words[.accessKey], $0, oldDays) },
            known.connections.map { Self.kind(entered, $0) },
        ].compactMap(\.self)
        events = (known.log?.rows ?? []).map { row in
            Event(at: row.at, what: row.what, thing: row.thing, thingLink: row.thingLink, who: row.who)
        }
        hasEvents = !events.isEmpty
        logLink = entered.link(.auditLog)
        places = kinds.isEmpty && events.isEmpty ? Self.places(entered) : []
        hasPlaces = !places.isEmpty
        let hasCredentials = [known.apiKeys, known.integrations, known.accessKeys].contains { $0 != nil }
        lookUp = hasCredentials ? entered.findLink : nil
        callsLink =
            known.apiKeys != nil || known.integrations != nil
            ? PageLink(words: "How much is used", address: entered.link(.usage)) : nil
        notice = entered.doneNotice
    }

    private static func places(_ entered: ConsoleVisit) -> [PageLink] {
        entered.seen.flatMap(\.pages).flatMap(\.sections)
            .filter { $0.section != .overview }
            .map { PageLink(words: $0.title, address: entered.link(ConsoleSections.root($0.section))) }
    }

    private static func kind(_ entered: ConsoleVisit, _ counts: ConnectionCounts) -> Kind {
        let (word, days) = (entered.words[.connection], ConnectionService.forecastDays)
        func card(_ count: Int, _ words: String, _ filter: ConnectionList.Filter, isUrgent: Bool = false) -> RiskCard {
            RiskCard(
                count, words, address: entered.link(.connections, query: [(filter.rawValue, "on")]), isUrgent: isUrgent)
        }
        return Kind(
            id: ConsoleSection.connections.rawValue, title: word.capitalizedPlural,
            lead: counts.all == 0 ? "None yet." : word.counted(counts.all) + ".",
            risks: [
                card(counts.broken, "work no longer until somebody signs in again", .broken, isUrgent: true),
                card(counts.ending, "end within \(days) days", .ending),
                card(
                    counts.endingWithoutPerson, "of those, unless somebody signs in again", .endingWithoutPerson,
                    isUrgent: true),
            ], hasRisks: counts.all > 0, listLink: entered.link(.connections), listWords: "All \(word.plural)")
    }

    private static func kind(
        _ entered: ConsoleVisit, _ root: ConsolePage, _ word: ProductWord, _ risks: CredentialRisks, _ oldDays: Int
    ) -> Kind {
        // Where an organization has one alone, there is no list to lead to.
        let isOne = root == .client
        // What never ends says how old its secret is.
        let isEnding = root == .apiKeys
        func card(_ count: Int, _ words: String, _ name: String, _ value: String, isUrgent: Bool = false) -> RiskCard {
            RiskCard(
                count, words, address: entered.link(root, query: isOne ? [] : [(name, value)]), isUrgent: isUrgent)
        }
        let ending =
            isEnding
            ? [
                card(risks.expiring, "expire within \(soonDays) days", "expires-soon", "on", isUrgent: true),
                card(risks.expired, "have expired", "expired", "on"),
            ] : []
        let cards =
            ending + [
                card(risks.neverUsed, "never used, made over \(newDays) days ago", "never-used-\(newDays)-days", "on"),
                card(risks.idle, "not used for \(idleDays) days", "unused-90-days", "on"),
            ]
            + [
                card(
                    risks.old, "with a secret older than \(oldDays) days", root == .integrations ? "old-secret" : "old",
                    "on"),
                card(risks.left, "whose creator has left", "creator-left", "on", isUrgent: true),
            ]
        return Kind(
            id: root == .accessKeys ? "access-keys" : root.section?.rawValue ?? "", title: word.capitalizedPlural,
            lead: risks.count == 0 ? "None yet." : word.counted(risks.count) + ".", risks: cards,
            hasRisks: risks.count > 0 || risks.expired > 0, listLink: entered.link(root),
            listWords: isOne ? "Open" : "All \(word.plural)")
    }
}
