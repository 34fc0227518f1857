import Templating

/// What is known of one thing, and what can be done to it; its parts are tabs with addresses of their own.
struct DetailPage: Page {
    static let template = PageTemplate.detail
    static let scripts: [Script] = [.menus, .copy, .times]
    var title: String { part.map { "\($0) · \(pageHead.title)" } ?? pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    /// The words of the tab, where it is not the first.
    var part: String?
    /// What is not as usual.
    let headBadge: Badge?
    let tabs: Tabs?
    let panels: [DetailPanel]
    let notice: Notice?
}

/// One part of what is known.
struct DetailPanel: Sendable {
    let id: String
    let title: String
    let words: String?
    let facts: [Fact]
    let hasFacts: Bool
    let listed: [ListedFact]
    let hasListed: Bool
    let chart: DayChart?
    let rows: DetailTable?
    let codeTabs: Tabs?
    let code: [CodeBlock]
    let hasCode: Bool
    let actions: [DetailAction]
    let hasActions: Bool
    /// What stands there when there is nothing.
    let nothing: String?

    init(
        _ id: String, _ title: String, words: String? = nil, facts: [Fact] = [], listed: [ListedFact] = [],
        chart: DayChart? = nil, rows: DetailTable? = nil, codeTabs: Tabs? = nil, code: [CodeBlock] = [],
        actions: [DetailAction] = [],
        nothing: String? = nil
    ) {
        self.id = id
        self.title = title
        self.words = words
        self.facts = facts
        hasFacts = !facts.isEmpty
        self.listed = listed
        hasListed = !listed.isEmpty
        self.chart = chart
        self.rows = rows
        self.codeTabs = codeTabs
        self.code = code
        hasCode = !code.isEmpty
        self.actions = actions
        hasActions = !actions.isEmpty
        self.nothing = nothing
    }
}

/// A line of a list of words, such as a right.
struct ListedFact: Hashable, Sendable {
    let words: String
    let code: String
    let isDanger: Bool
}

/// A table of a few things.
struct DetailTable: Hashable, Sendable {
    struct Row: Hashable, Sendable {
        let name: String
        let isCode: Bool
        let badge: Badge?
        let status: String?
        /// In the place of a status.
        var details: String?
        let cells: [ListPage.Cell]
        let actions: [DetailAction]
    }

    let caption: String
    let columns: [String]
    /// Whether anything can be done to any of them.
    let hasActions: Bool
    let rows: [Row]
    let nextLink: String?

    init(caption: String, columns: [String], rows: [Row], nextLink: String?) {
        self.caption = caption
        self.columns = columns
        hasActions = rows.contains { !$0.actions.isEmpty }
        self.rows = rows
        self.nextLink = nextLink
    }
}

/// Something to do: a page to go to, or a form of one button.
struct DetailAction: Hashable, Sendable {
    let words: String
    /// What it is done to, for who hears it alone.
    var of: String?
    var address: String?
    var form: RowMenu.Form?
    var isDanger = false
}

extension ListedFact: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "code", "isDanger"]
    var templateValues: [TemplateValue] { [.of(words), .of(code), .of(isDanger)] }
}

extension DetailTable: TemplateReadable {
    static let templateNames: TemplateNames = ["caption", "columns", "hasActions", "rows", "nextLink"]
    var templateValues: [TemplateValue] { [.of(caption), .of(columns), .of(hasActions), .of(rows), .of(nextLink)] }
}

extension DetailTable.Row: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "isCode", "badge", "status", "details", "cells", "actions"]
    var templateValues: [TemplateValue] {
        [.of(name), .of(isCode), .of(badge), .of(status), .of(details), .of(cells), .of(actions)]
    }
}

extension DetailAction: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "of", "address", "form", "isDanger"]
    var templateValues: [TemplateValue] { [.of(words), .of(of), .of(address), .of(form), .of(isDanger)] }
}
