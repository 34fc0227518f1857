import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Templating

/// The tree below an organization, each of them as a line.
struct OrganizationsPage: Page {
    static let template = PageTemplate.organizations
    static let scripts: [Script] = [.menus, .times]
    static let pageSize = 200
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let name: String
        /// Below which others it stands, nil for the one that the page is about.
        let place: String?
        /// How far it is indented: a class.
        let depth: String
        let address: String
        let isHere: Bool
        let made: TimeWords
        let rowMenu: RowMenu?
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs?
    let searchAt: String
    let search: String
    let filters: Chips?
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    let nothing: EmptyState?
    var notice: Notice?

    /// - Parameter found: One more than a page holds, where there are as many.
    init(_ entered: ConsoleVisit, _ found: [Organization], _ search: NameSearch?, isPart: Bool) {
        let word = entered.words[.organization]
        let shown = Array(found.prefix(Self.pageSize))
        let manages = entered.may(.organizationsManage)
        let tree = OrganizationTree(shown)
        // Where all of it is here, it is a tree; else a list.
        let isTree = found.count <= Self.pageSize && search == nil && !isPart
        let ordered = isTree ? tree.ordered : shown
        let top = entered.organization.path.identifiers.count
        shell = entered.shell()
        let lead =
            isTree
            ? shown.count == 1
                ? "\(entered.organization.name) has nothing below it yet. Each \(word.singular) sees itself and what is below it, never above or beside."
                : "\(entered.organization.name) and \(word.counted(shown.count - 1)) below it. Each sees itself and what is below it, never above or beside."
            : "\(word.capitalizedPlural) below \(entered.organization.name)."
        pageHead = PageHead(
            title: entered.heading, lead: lead,
            action: manages
                ? entered.makingLink("Create \(word.singular)", to: .newOrganization) : nil, reason: nil
        )
        tabs = entered.sectionTabs
        searchAt = entered.link(.organizations)
        let text = search?.text ?? ""
        self.search = text
        filters = search.map { search in
            Chips(
                chips: [Chip(words: "Search: \(search.text)", removeLink: entered.link(.organizations))],
                clearLink: entered.link(.organizations))
        }
        rows = ordered.enumerated().map { index, other in
            let depth = isTree ? min(8, max(0, other.path.identifiers.count - top)) : 0
            return Row(
                name: other.name, place: isTree ? nil : tree.place(of: other), depth: "depth-\(depth)",
                address: entered.link(.organizations, in: other.id), isHere: other.id == entered.organization.id,
                made: TimeWords(other.createdAt, now: entered.now),
                rowMenu: manages ? Self.menu(entered, other, index, of: ordered.count) : nil)
        }
        hasRows = !rows.isEmpty
        nothing =
            hasRows
            ? nil
            : EmptyState(
                title: "Nothing matches",
                words: "No \(word.singular) that you can see has “\(self.search)” in its name.",
                action: PageLink(words: "Clear search", address: entered.link(.organizations)), code: nil)
        paging =
            found.count > Self.pageSize
            ? Paging(
                words: "\(shown.count) on this page",
                nextLink: shown.last.map { last in
                    entered.link(.organizations, query: [("q", text), ("after", last.id.description)])
                }) : nil
        notice = entered.visit.done.map { .good($0.words(in: entered.words)) }
    }

    private static func menu(
        _ entered: ConsoleVisit, _ other: Organization, _ index: Int, of count: Int
    ) -> RowMenu {
        func item(_ words: String, _ page: ConsolePage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, in: other.id), form: nil)
        }
        return RowMenu(
            of: other.name, row: index, of: count,
            items: [
                item("Create \(entered.words[.organization].singular) below", .newOrganization),
                item("Rename", .renameOrganization),
            ], dangerous: other.parent == nil ? [] : [item("Delete", .deleteOrganization)])
    }
}

extension OrganizationsPage.Row: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "place", "depth", "address", "isHere", "made", "rowMenu"]
    var templateValues: [TemplateValue] {
        [.of(name), .of(place), .of(depth), .of(address), .of(isHere), .of(made), .of(rowMenu)]
    }
}
