import Persistence
import ProductDefinition
import Templating

/// A list of things of one kind: search, filters as chips, a table with an order and a menu for each row, the count against the
/// limit, and what stands there when there is nothing. Every list of the console is one of these.
struct ListPage: Page {
    static let template = PageTemplate.list
    static let scripts: [Script] = [.menus, .copy, .times]
    var title: String { tabTitle ?? pageHead.title }

    /// A column of the table.
    struct Column: Hashable, Sendable {
        let words: String
        /// The same list in the order of this column, nil where it has none.
        var address: String?
        /// What `aria-sort` says, nil where the list is in another order.
        var order: String?
        var isFigure = false
    }

    /// What a row says in one column.
    struct Cell: Hashable, Sendable {
        /// Before the time, or alone.
        var text: String?
        var time: TimeWords?
        /// After the time.
        var after: String?
        var isFigure = false
        /// What a figure counts, where its column has no head: on a phone.
        var counted: String?
    }

    struct Row: Hashable, Sendable {
        let name: String
        let link: String
        /// An identifier or a masked secret below the name.
        let masked: String?
        /// What is not as usual, nil for as usual.
        let badge: Badge?
        /// What a row without a badge says: `Active`.
        let status: String
        let cells: [Cell]
        let rowMenu: RowMenu?
        /// Why it is not as usual, below its badge.
        var because: String?
    }

    /// A filter that can be ticked.
    struct Facet: Hashable, Sendable {
        let name: String
        let words: String
        let isOn: Bool
    }

    let shell: Shell?
    let tabTitle: String?
    let pageHead: PageHead
    let sectionTabs: Tabs?
    /// Where the search is sent to.
    let searchAt: String
    let search: String
    let searchLabel: String
    /// The order, which a form that is sent keeps.
    let sort: String?
    let facets: [Facet]
    let hasFacets: Bool
    /// Whether there is anything to search in.
    let hasFilters: Bool
    let chips: Chips?
    let caption: String
    let columns: [Column]
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    /// What stands there instead of rows.
    let empty: EmptyState?
    let notice: Notice?
    /// A sentence above the list with links in it: what will break, or what else there is to see.
    var forecast: Forecast?
}

/// Builds a ``ListPage`` of what a request asked for.
struct ListFrame: Sendable {
    let entered: ConsoleVisit
    let page: ConsolePage
    /// What stands in its path besides the organization.
    var identifiers: [String] = []
    let request: ListRequest
    /// The words of each filter by its name, in the order of the form.
    let filters: [(name: String, words: String)]
    let searchLabel: String
    /// In which order the list is when none was asked for.
    let standard: ListRequest.Sort

    /// Whether the address leaves anything out.
    var isNarrow: Bool { request.search != nil || !request.filters.isEmpty }
    /// The list without search and filters.
    var clearLink: String { entered.link(page, at: identifiers) }

    /// A column by which the list can be ordered.
    ///
    /// - Parameter startsDescending: Whether the first press shows the largest first.
    func column(
        _ words: String, by column: String, startsDescending: Bool = false, isFigure: Bool = false
    ) -> ListPage.Column {
        request.column(
            words, by: column, standard: standard, startsDescending: startsDescending, isFigure: isFigure
        ) { entered.link(page, at: identifiers, query: $0) }
    }

    /// The page.
    ///
    /// - Parameters:
    ///   - total: How many rows there would be without search and filters; 0 means that there is nothing yet.
    ///   - nothing: What stands there when there is nothing yet.
    ///   - plural: What the things are called, for when nothing matches.
    ///   - title: The page's own name, where it stands below the section's first one.
    func listPage(
        _ head: PageHead, columns: [ListPage.Column], rows: [ListPage.Row], next: ListPlace?, nothing: EmptyState,
        plural: String, below title: String? = nil
    ) -> ListPage {
        let narrow = [request.search.map { "“\($0)”" }].compactMap(\.self) + inForce.map { $0.words.lowercased() }
        let nothingMatches = EmptyState(
            title: "Nothing matches", words: "None of your \(plural) is found with \(narrow.joined(separator: ", ")).",
            action: PageLink(words: "Clear all", address: clearLink), code: nil)
        let isEmpty = rows.isEmpty && request.after == nil
        return ListPage(
            shell: title.map { entered.shell(below: $0) } ?? entered.shell(), tabTitle: title ?? entered.sectionTitle,
            pageHead: head, sectionTabs: title == nil ? entered.sectionTabs : nil,
            searchAt: entered.link(page, at: identifiers),
            search: request.search ?? "", searchLabel: searchLabel, sort: request.sort?.text,
            facets: filters.map {
                ListPage.Facet(name: $0.name, words: $0.words, isOn: request.filters.contains($0.name))
            },
            hasFacets: !filters.isEmpty, hasFilters: !isEmpty || isNarrow, chips: chips, caption: entered.sectionTitle,
            columns: columns, rows: rows, hasRows: !rows.isEmpty, paging: paging(rows.count, next, plural),
            empty: isEmpty ? (isNarrow ? nothingMatches : nothing) : nil,
            notice: entered.visit.done.map { .good($0.words(in: entered.words)) })
    }

    private var inForce: [(name: String, words: String)] { filters.filter { request.filters.contains($0.name) } }

    private var chips: Chips? {
        let search = request.search.map { text in
            Chip(
                words: "Search: \(text)",
                removeLink: entered.link(page, at: identifiers, query: request.query(search: .some(nil))))
        }
        let others = inForce.map { filter in
            Chip(
                words: filter.words,
                removeLink: entered.link(page, at: identifiers, query: request.query(without: filter.name)))
        }
        let all = [search].compactMap(\.self) + others
        return all.isEmpty ? nil : Chips(chips: all, clearLink: clearLink)
    }

    private func paging(_ count: Int, _ next: ListPlace?, _ plural: String) -> Paging? {
        guard next != nil || request.after != nil else { return nil }
        let first =
            request.after == nil
            ? nil : PageLink(words: "First page", address: entered.link(page, at: identifiers, query: request.query()))
        return Paging(
            words: "\(count) \(plural) on this page",
            nextLink: next.map { entered.link(page, at: identifiers, query: request.query(after: $0)) },
            firstLink: first)
    }
}

extension ListPage: TemplateReadable {
    static let templateNames: TemplateNames = [
        "shell", "tabTitle", "pageHead", "sectionTabs", "searchAt", "search", "searchLabel", "sort", "facets",
        "hasFacets", "hasFilters", "chips", "caption", "columns", "rows", "hasRows", "paging", "empty", "notice",
        "forecast",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(shell), .of(tabTitle), .of(pageHead), .of(sectionTabs), .of(searchAt), .of(search), .of(searchLabel),
            .of(sort), .of(facets), .of(hasFacets), .of(hasFilters), .of(chips), .of(caption), .of(columns), .of(rows),
            .of(hasRows), .of(paging), .of(empty), .of(notice), .of(forecast),
        ]
    }
}

extension ListPage.Column: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address", "order", "isFigure"]
    var templateValues: [TemplateValue] { [.of(words), .of(address), .of(order), .of(isFigure)] }
}

extension ListPage.Cell: TemplateReadable {
    static let templateNames: TemplateNames = ["text", "time", "after", "isFigure", "counted"]
    var templateValues: [TemplateValue] { [.of(text), .of(time), .of(after), .of(isFigure), .of(counted)] }
}

extension ListPage.Row: TemplateReadable {
    static let templateNames: TemplateNames = [
        "name", "link", "masked", "badge", "status", "cells", "rowMenu", "because",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(name), .of(link), .of(masked), .of(badge), .of(status), .of(cells), .of(rowMenu), .of(because),
        ]
    }
}

extension ListPage.Facet: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "words", "isOn"]
    var templateValues: [TemplateValue] { [.of(name), .of(words), .of(isOn)] }
}
