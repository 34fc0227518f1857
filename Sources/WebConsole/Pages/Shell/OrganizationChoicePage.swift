import CredentialFormat
import Model
import ProductDefinition

/// The organizations that one may go to, where they are too many for a menu.
struct OrganizationChoicePage: Page {
    static let template = PageTemplate.organizationChoice
    static let scripts: [Script] = [.menus]
    static let pageSize = 20
    var title: String { pageHead.title }

    struct Choice: Hashable, Sendable {
        let name: String
        let address: String
        let isCurrent: Bool
    }

    let shell: Shell?
    let pageHead: PageHead
    let sentTo: String
    let section: String
    let search: String
    let searchLabel: String
    let choices: [Choice]
    let hasChoices: Bool
    let nothing: String
    let nextLink: String?
    let notice: Notice?

    /// - Parameter found: One more than a page holds, where there are as many.
    init(_ entered: ConsoleVisit, _ found: [Organization], search: String?, section: ConsoleSection) {
        let word = entered.words[.organization]
        let shown = found.prefix(Self.pageSize)
        let root = section == .overview ? ConsolePage.overview : ConsoleSections.root(section)
        shell = entered.shell()
        notice = entered.doneNotice
        pageHead = PageHead(title: "Choose \(word.indefinite)", lead: nil, action: nil, reason: nil)
        sentTo = entered.link(.choice)
        self.section = section.rawValue
        self.search = search ?? ""
        searchLabel = "Search by name"
        choices = shown.map { other in
            Choice(
                name: other.name, address: entered.link(root, in: other.id),
                isCurrent: other.id == entered.organization.id)
        }
        hasChoices = !shown.isEmpty
        nothing = "No \(word.singular) that you can see has “\(search ?? "")” in its name."
        nextLink =
            found.count > Self.pageSize
            ? shown.last.map { last in
                entered.link(
                    .choice,
                    query: [("section", section.rawValue), ("q", search ?? ""), ("after", last.id.description)])
            } : nil
    }
}
