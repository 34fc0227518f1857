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
        /// How far in its name begins: a class, nil for not at all.
        var depth: String?
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
    /// The scopes by which it can be filtered.
    var scopes: [SelectOption] = []
    var hasScopes = false
    let hasFacets: Bool
    /// Whether there is anything to search in.
    let hasFilters: Bool
    let chips: Chips?
    let caption: String
    let columns: [Column]
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    /// What stands there instead of rows, or below them where none of them is what is looked for.
    var empty: EmptyState?
    let notice: Notice?
    /// Where somebody looks for one by what must stand in no address, nil where there is nothing of the kind.
    var lookUp: PageLink?
    /// Whether rows say whether all is as usual.
    var hasStatus = true
    /// A sentence above the list with links in it: what will break, or what else there is to see.
    var forecast: Forecast?
}

extension ListPage: TemplateReadable {
    static let templateNames: TemplateNames = [
        "shell", "tabTitle", "pageHead", "sectionTabs", "searchAt", "search", "searchLabel", "sort", "facets",
        "scopes", "hasScopes", "hasFacets", "hasFilters", "chips", "caption", "columns", "rows", "hasRows", "paging",
        "empty", "notice",
        "lookUp", "hasStatus", "forecast",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(shell), .of(tabTitle), .of(pageHead), .of(sectionTabs), .of(searchAt), .of(search), .of(searchLabel),
            .of(sort), .of(facets), .of(scopes), .of(hasScopes),
            .of(hasFacets), .of(hasFilters), .of(chips), .of(caption), .of(columns), .of(rows),
            .of(hasRows), .of(paging), .of(empty), .of(notice), .of(lookUp), .of(hasStatus),
            .of(forecast),
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
        "name", "link", "masked", "badge", "status", "cells", "rowMenu", "because", "depth",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(name), .of(link), .of(masked), .of(badge), .of(status), .of(cells), .of(rowMenu), .of(because),
            .of(depth),
        ]
    }
}

extension ListPage.Facet: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "words", "isOn"]
    var templateValues: [TemplateValue] { [.of(name), .of(words), .of(isOn)] }
}
