import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition

/// The list of the API backends that verify credentials.
enum ResourceServerList {
    static let pageSize = 50

    static func page(
        _ entered: OperatorVisit, _ found: OrderedListing<ResourceServer>, _ request: ListRequest
    ) -> ListPage {
        let create = PageLink(words: "Create resource server", address: entered.link(.newResourceServer))
        let whole = entered.link(.resourceServers)
        let title = "Resource servers"
        let isEmpty = found.items.isEmpty && request.after == nil
        let rows = found.items.enumerated().map { index, server in
            row(server, entered, index, of: found.items.count)
        }
        let chips = request.search.map { search in
            Chips(
                chips: [
                    Chip(
                        words: "Search: \(search)",
                        removeLink: entered.link(.resourceServers, query: request.query(search: .some(nil))))
                ], clearLink: whole)
        }
        return ListPage(
            shell: entered.shell(), tabTitle: nil,
            pageHead: PageHead(
                title: title,
                lead: "The backends of \(entered.product.name) that may ask what a credential is worth.",
                action: create, reason: nil),
            sectionTabs: nil, searchAt: whole, search: request.search ?? "", searchLabel: "Search by name",
            sort: request.sort?.text, facets: [], hasFacets: false, hasFilters: !isEmpty || request.search != nil,
            chips: chips, caption: title, columns: columns(entered, request), rows: rows, hasRows: !rows.isEmpty,
            paging: paging(entered, found, request), empty: isEmpty ? empty(entered, request, create) : nil,
            notice: entered.visit.done.map { .good($0.words(in: entered.words)) })
    }

    private static func columns(_ entered: OperatorVisit, _ request: ListRequest) -> [ListPage.Column] {
        let standard = ListRequest.Sort(column: ResourceServerQuery.Order.created.rawValue, isDescending: false)
        func ordered(_ words: String, _ order: ResourceServerQuery.Order) -> ListPage.Column {
            request.column(words, by: order.rawValue, standard: standard, startsDescending: order == .created) {
                entered.link(.resourceServers, query: $0)
            }
        }
        return [
            ordered("Name", .name), ListPage.Column(words: "Status"), ListPage.Column(words: "Audiences"),
            ordered("Since", .created),
        ]
    }

    private static func row(
        _ server: ResourceServer, _ entered: OperatorVisit, _ index: Int, of count: Int
    ) -> ListPage.Row {
        let id = server.id.description
        func item(_ words: String, _ page: OperatorPage) -> RowMenu.Item {
            RowMenu.Item(words: words, address: entered.link(page, id), form: nil)
        }
        return ListPage.Row(
            name: server.name, link: entered.link(.resourceServer, id), masked: id, badge: nil, status: "Active",
            cells: [
                ListPage.Cell(text: server.audiences.joined(separator: ", ")),
                ListPage.Cell(time: TimeWords(server.createdAt, now: entered.now)),
            ],
            rowMenu: RowMenu(
                of: server.name, row: index, of: count,
                items: [
                    item("Open", .resourceServer), item("Edit", .editResourceServer),
                    item("Rotate secret", .rotateResourceServer),
                ], dangerous: [item("Delete", .deleteResourceServer)]))
    }

    private static func paging(
        _ entered: OperatorVisit, _ found: OrderedListing<ResourceServer>, _ request: ListRequest
    ) -> Paging? {
        guard found.next != nil || request.after != nil else { return nil }
        return Paging(
            words: "\(found.items.count) on this page",
            nextLink: found.next.map { entered.link(.resourceServers, query: request.query(after: $0)) },
            firstLink: request.after.map { _ in
                PageLink(words: "First page", address: entered.link(.resourceServers, query: request.query()))
            })
    }

    private static func empty(_ entered: OperatorVisit, _ request: ListRequest, _ create: PageLink) -> EmptyState {
        if let search = request.search {
            return EmptyState(
                title: "Nothing matches", words: "No resource server has “\(search)” in its name.",
                action: PageLink(words: "Clear search", address: entered.link(.resourceServers)), code: nil)
        }
        return EmptyState(
            title: "No resource servers yet",
            words: "A backend that introspects tokens has an ID and a secret of its own.", action: create,
            code: ManagementCommands.making(
                entered.site.address.url("/api/v1/resource-servers"),
                #"{"name":"Backend","audiences":["https://api.example.com"]}"#))
    }
}
