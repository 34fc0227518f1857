import Model
import ProductDefinition

/// Pages about one credential that were opened from a list of what somebody looks after, and lead back there.
extension ConsoleVisit {
    /// The query parameter that carries it.
    private static let parameter = "from"
    /// The pages with such lists: a closed list, so that no link leads elsewhere (threat R10).
    private static let listsOfCredentials: [ConsolePage] = [.leftBehind, .person, .handOverFromPerson, .removePerson]

    /// Where this page was opened from, nil for anywhere else.
    private var openedFrom: ConsoleAddress? {
        guard let path = visit.parameter(named: Self.parameter),
            Self.listsOfCredentials.contains(where: { $0.identifiers(in: path) != nil })
        else { return nil }
        return ConsoleAddress(asked: path, query: "")
    }

    /// The way back, or else a page in this organization.
    func back(or page: ConsolePage, _ identifiers: String...) -> ConsoleURL {
        .console(openedFrom ?? ConsoleAddress(page, in: organization.id, identifiers))
    }

    /// The same as a link.
    func backLink(or page: ConsolePage, _ identifiers: String...) -> String {
        site.link(.console(openedFrom ?? ConsoleAddress(page, in: organization.id, identifiers)))
    }

    /// Where the form of this page is sent to, with the way back.
    func formLink(_ identifiers: String...) -> String { link(page, at: identifiers, query: carried) }

    /// A link to another page about the same credential, with the same way back.
    func onwardLink(_ page: ConsolePage, _ identifiers: String...) -> String {
        link(page, at: identifiers, query: carried)
    }

    private var carried: [(String, String)] { openedFrom.map { [(Self.parameter, $0.text)] } ?? [] }

    /// What a link says that leads back to a path afterwards.
    static func leadingBack(to path: String) -> [(String, String)] { [(parameter, path)] }
}
