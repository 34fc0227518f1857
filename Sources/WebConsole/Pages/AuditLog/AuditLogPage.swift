import CredentialFormat
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Templating

/// What was changed, by whom, and when: all of it, what a search asks for, or the story of one thing.
struct AuditLogPage: Page {
    static let template = PageTemplate.auditLog
    static let scripts: [Script] = [.menus, .copy, .times]
    static let pageSize = 50
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let at: TimeWords
        let what: String
        /// The thing's name where the event has it, else its identifier.
        let thing: String
        let thingLink: String
        let isName: Bool
        let who: String
        let whoLink: String?
        let place: String?
        let details: [Detail]
        let hasDetails: Bool
        let request: String
        let requestLink: String
        let address: String?
    }

    /// Something else there is to say of an event.
    struct Detail: Hashable, Sendable {
        let term: String
        let text: String
    }

    /// What is searched for.
    struct Search: Hashable, Sendable {
        let sentTo: String
        let actions: [SelectOption]
        let who: String
        let thing: String
        let request: String
        let since: String
        let until: String
        let isNarrow: Bool
        /// The order, which a form that is sent keeps.
        let kept: String?
        let error: String?
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs?
    /// Nil on the story of one thing.
    let search: Search?
    let filters: Chips?
    /// When it was, with the other order behind it.
    let when: ListPage.Column
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    let nothing: EmptyState?
    /// Where the thing itself stands, if that is known.
    let thingLink: PageLink?
    /// The same as a file, nil where there is nothing.
    let file: PageLink?
    var notice: Notice?
}

extension AuditLogPage {
    /// The log, as far as a search asks for it.
    ///
    /// - Parameters:
    ///   - refusal: Where that of the request stands which is searched for.
    ///   - isFirst: Whether it is the first page.
    init(
        _ entered: AuditLogPlace, _ listing: Listing<NamedAuditEvent>, _ search: AuditSearch, error: String?,
        refusal: PageLink? = nil, isFirst: Bool = true
    ) {
        let words = AuditActionWords(words: entered.words)
        let isNarrow = !search.parameters.isEmpty
        self.init(
            shell: entered.shell(nil),
            pageHead: PageHead(
                title: entered.heading,
                lead: "\(entered.lead), \(search.isOldestFirst ? "oldest" : "newest") first.", action: nil,
                reason: nil),
            tabs: entered.tabs,
            search: Search(
                sentTo: entered.link([]),
                actions: words.actions(for: entered.hasOperatorActions).map {
                    SelectOption(
                        value: $0.rawValue, words: words.title($0.rawValue), isChosen: $0.rawValue == search.action)
                },
                who: search.who ?? "", thing: search.thing ?? "", request: search.request ?? "",
                since: search.since ?? "", until: search.until ?? "", isNarrow: isNarrow,
                kept: search.isOldestFirst ? AuditSearch.oldestFirst : nil, error: error),
            filters: Self.chips(entered, search, words),
            when: Self.when(search, link: entered.link),
            rows: listing.items.map { Self.row($0, entered, words) }, hasRows: !listing.items.isEmpty,
            paging: Self.paging(listing, isFirst: isFirst, search, link: entered.link),
            nothing: listing.items.isEmpty
                ? EmptyState(
                    title: isNarrow ? "Nothing matches" : "Nothing was changed yet",
                    words: isNarrow
                        ? "No event is of that kind, person, thing and time." : "Every change is listed here.",
                    action: isNarrow ? PageLink(words: "Clear filters", address: entered.link([])) : nil,
                    code: isNarrow ? nil : entered.command) : nil,
            thingLink: nil, file: Self.file(listing, entered, search.query()),
            notice: entered.doneNotice ?? refusal.map { .hint("This request was refused.", link: $0) })
    }

    /// The story of one thing.
    init(
        _ entered: AuditLogPlace, storyOf thing: String, _ listing: Listing<NamedAuditEvent>, _ search: AuditSearch,
        isFirst: Bool
    ) {
        let words = AuditActionWords(words: entered.words)
        let name = listing.items.lazy.compactMap(Self.name).first
        // What has no name, such as a session, is called by its kind.
        let title = name ?? listing.items.first.map { words.kind($0.event.action) } ?? thing
        self.init(
            shell: entered.shell(title),
            pageHead: PageHead(
                title: title, lead: "Everything that happened to \(thing).", action: nil, reason: nil),
            tabs: nil, search: nil, filters: nil,
            when: Self.when(search) { entered.story(thing, $0) },
            rows: listing.items.map { Self.row($0, entered, words) }, hasRows: !listing.items.isEmpty,
            paging: Self.paging(listing, isFirst: isFirst, search) { entered.story(thing, $0) },
            nothing: nil, thingLink: nil,
            file: Self.file(listing, entered, [("thing", thing)] + search.query().filter { $0.0 == "sort" }))
    }

    private static func file(
        _ listing: Listing<NamedAuditEvent>, _ entered: AuditLogPlace, _ query: [(String, String)]
    ) -> PageLink? {
        guard !listing.items.isEmpty else { return nil }
        return PageLink(words: "Download as .csv", address: entered.file(query))
    }

    /// The column by which the log is ordered.
    private static func when(_ search: AuditSearch, link: ([(String, String)]) -> String) -> ListPage.Column {
        ListPage.Column(
            words: "When", address: link(search.query(oldestFirst: !search.isOldestFirst)),
            order: search.isOldestFirst ? "ascending" : "descending")
    }

    private static func paging(
        _ listing: Listing<NamedAuditEvent>, isFirst: Bool, _ search: AuditSearch,
        link: ([(String, String)]) -> String
    ) -> Paging? {
        guard listing.next != nil || !isFirst else { return nil }
        return Paging(
            words: "\(listing.items.count) on this page",
            nextLink: listing.next.map { link(search.query() + [("cursor", $0.description)]) },
            firstLink: isFirst ? nil : PageLink(words: "First page", address: link(search.query())))
    }

    private static func row(
        _ named: NamedAuditEvent, _ entered: AuditLogPlace, _ words: AuditActionWords
    ) -> Row {
        let event = named.event
        let thing = name(named)
        let who = who(named, entered)
        // Where it was done is said where that is another place than the page is about, and not the thing itself.
        let place = event.organization.flatMap { place in
            place == entered.organization || place.description == event.target ? nil : named.organization
        }
        let details = event.details.filter { !["name", "label"].contains($0.key) }.sorted { $0.key < $1.key }
        return Row(
            at: TimeWords(event.at, now: entered.now), what: words.title(event.action), thing: thing ?? event.target,
            thingLink: entered.story(event.target, []), isName: thing != nil, who: who.words, whoLink: who.link,
            place: place,
            details: details.map { Detail(term: words.detail($0.key), text: $0.value) },
            hasDetails: !details.isEmpty, request: event.requestID,
            requestLink: entered.link([("request", event.requestID)]),
            address: event.address?.description)
    }

    /// What people call the thing, as the event has it or as it is now.
    private static func name(_ named: NamedAuditEvent) -> String? {
        named.event.details["name"] ?? named.event.details["label"] ?? named.target
    }

    /// Who did it, and their events.
    private static func who(_ named: NamedAuditEvent, _ entered: AuditLogPlace) -> (words: String, link: String?) {
        let label = named.event.actor
        let link = entered.link([("who", label)])
        if label.hasPrefix("command:") { return ("At the server", link) }
        if label.hasPrefix("provider:") { return ("The provider", link) }
        let id = label.split(separator: " ").first.map(String.init) ?? label
        let through = label.contains(" by ") ? " through \(entered.words[.app].indefinite)" : ""
        return ((named.actor ?? id) + through, link)
    }

    private static func chips(_ entered: AuditLogPlace, _ search: AuditSearch, _ words: AuditActionWords) -> Chips? {
        let said: [(String, String, String?)] = [
            ("action", "What", search.action.map(words.title)), ("who", "Who", search.who),
            ("thing", "Thing", search.thing), ("request", "Request", search.request), ("since", "From", search.since),
            ("until", "To", search.until),
        ]
        let chips = said.compactMap { name, term, text in
            text.map { text in
                Chip(words: "\(term): \(text)", removeLink: entered.link(search.query(without: name)))
            }
        }
        return chips.isEmpty ? nil : Chips(chips: chips, clearLink: entered.link([]))
    }
}

extension AuditLogPage.Row: TemplateReadable {
    static let templateNames: TemplateNames = [
        "at", "what", "thing", "thingLink", "isName", "who", "whoLink", "place", "details", "hasDetails", "request",
        "requestLink", "address",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(at), .of(what), .of(thing), .of(thingLink), .of(isName), .of(who), .of(whoLink), .of(place),
            .of(details), .of(hasDetails), .of(request), .of(requestLink), .of(address),
        ]
    }
}

extension AuditLogPage.Detail: TemplateReadable {
    static let templateNames: TemplateNames = ["term", "text"]
    var templateValues: [TemplateValue] { [.of(term), .of(text)] }
}
