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
        let frame = ListFrame(
            entered, .resourceServers, request, searchLabel: "Search by name",
            standard: ListRequest.Sort(column: ResourceServerQuery.Order.created.rawValue, isDescending: false))
        let head = PageHead(
            title: "Resource servers",
            lead: "The backends of \(entered.product.name) that may ask what a credential is worth.",
            action: create, reason: nil)
        let nothing = EmptyState(
            title: "No resource servers yet",
            words: "A backend that introspects tokens has an ID and a secret of its own.", action: create,
            code: ManagementCommands.making(
                entered.site.address.url("/api/v1/resource-servers"),
                #"{"name":"Backend","audiences":["https://api.example.com"]}"#))
        let columns = [
            frame.column("Name", by: ResourceServerQuery.Order.name.rawValue), ListPage.Column(words: "Status"),
            ListPage.Column(words: "Audiences"),
            frame.column("Since", by: ResourceServerQuery.Order.created.rawValue, startsDescending: true),
        ]
        let rows = found.items.enumerated().map { index, server in
            row(server, entered, index, of: found.items.count)
        }
        return frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: "resource servers")
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
}
