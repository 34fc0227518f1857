import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of consents, of all apps or of one.
struct ConsentList: Sendable {
    static let pageSize = 50

    let entered: ConsoleVisit
    let request: ListRequest
    let filters: ListFrame.Filters
    /// Nil for all.
    let app: ID<App>?
    let appName: String?

    private var mayRemove: Bool { entered.may(.grantsManage) }
    private var isAlone: Bool { entered.reachable.count < 2 }

    func page(_ listing: OrderedListing<DescribedGrant>) -> ListPage {
        let words = entered.words
        let frame = ListFrame(
            entered, app == nil ? .consents : .consentsOfApp, at: app.map { [$0.description] } ?? [], below: appName,
            request, filters,
            searchLabel: app == nil
                ? "Search by \(words[.app].singular), person or \(words[.organization].singular)"
                : "Search by person or \(words[.organization].singular)",
            standard: ListRequest.Sort(column: "created", isDescending: true))
        let head = PageHead(
            title: appName.map { "Who let \($0)" } ?? entered.heading,
            lead: isAlone
                ? "Access that people gave to \(words[.app].plural) in \(entered.organization.name)."
                : "Access that people gave to \(words[.app].plural) in \(entered.organization.name) and below.",
            action: app.flatMap { app in
                mayRemove && !listing.items.isEmpty
                    ? PageLink(words: "Remove all", address: entered.link(.removeConsentsOfApp, app.description)) : nil
            }, reason: nil)
        let nothing = EmptyState(
            title: "No consents yet",
            words: """
                When somebody lets \(words[.app].indefinite) act for them, it’s listed here: who gave it, since when, and \
                when it was last used.
                """,
            action: entered.sees(.apps)
                ? PageLink(words: "See the \(words[.app].plural)", address: entered.link(.apps)) : nil,
            code: ManagementCommands(entered).listing("grants"))
        let columns =
            [
                app == nil
                    ? frame.column(words[.app].capitalized, by: "app")
                    : ListPage.Column(words: words[.app].capitalized),
                ListPage.Column(words: "Status"), ListPage.Column(words: "Person"),
            ]
            + (isAlone ? [] : [frame.column(words[.organization].capitalized, by: "organization")])
            + [
                frame.column("Since", by: "created", startsDescending: true),
                frame.column("Last used", by: "used", startsDescending: true),
            ]
        let rows = listing.items.enumerated().map { index, item in row(item, index, of: listing.items.count) }
        return frame.listPage(
            head, columns: columns, rows: rows, next: listing.next, nothing: nothing, plural: "consents")
    }

    private func row(_ item: DescribedGrant, _ index: Int, of count: Int) -> ListPage.Row {
        let id = item.grant.id.description
        let person = item.memberName ?? "Somebody of \(entered.words[.organization].indefinite) above"
        let cells =
            [ListPage.Cell(text: person, after: item.memberEmail.map { " · \($0.text)" })]
            + (isAlone ? [] : [ListPage.Cell(text: item.organizationName)])
            + [
                ListPage.Cell(time: TimeWords(item.grant.createdAt, now: entered.now)),
                Self.lastUse(item, at: entered.now),
            ]
        let rights = item.grant.scopes.scopes.count
        let of = RowMenu.Item(
            words: "All of \(item.appName)", address: entered.link(.consentsOfApp, item.grant.app.description),
            form: nil)
        return ListPage.Row(
            name: item.appName, link: entered.link(.consent, id),
            masked: nil, badge: item.grant.lastReuse.map { _ in Badge(.bad, "Token came back") },
            status: "\(rights) permission\(rights == 1 ? "" : "s")", cells: cells,
            rowMenu: RowMenu(
                of: "\(item.appName), \(person)", row: index, of: count,
                items: [RowMenu.Item(words: "Open", address: entered.link(.consent, id), form: nil)]
                    + (app == nil ? [of] : []),
                dangerous: mayRemove
                    ? [RowMenu.Item(words: "Remove access", address: entered.link(.removeConsent, id), form: nil)] : [])
        )
    }

    /// When it was last used, and from where as far as that is known.
    static func lastUse(_ item: DescribedGrant, at now: Instant) -> ListPage.Cell {
        guard let at = item.lastUsedAt else { return ListPage.Cell(text: "Never used") }
        let address = at == item.lastUse?.at ? item.lastUse?.address : nil
        return ListPage.Cell(time: TimeWords(at, now: now), after: address.map { ", from \($0)" })
    }
}
