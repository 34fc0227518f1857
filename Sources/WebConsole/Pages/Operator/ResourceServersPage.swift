import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Tokens
import Verification

/// The API backends that verify credentials.
struct ResourceServersPage: Page {
    static let template = PageTemplate.resourceServers
    static let pageSize = 100
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let name: String
        let address: String
        let id: String
        let audiences: String
        let made: TimeWords
    }

    let shell: Shell?
    let pageHead: PageHead
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    let nothing: EmptyState?
    var notice: Notice?

    init(_ entered: OperatorVisit, _ listing: Listing<ResourceServer>) {
        let create = PageLink(words: "Create resource server", address: entered.link(.newResourceServer))
        shell = entered.shell()
        pageHead = PageHead(
            title: "Resource servers",
            lead: "The backends of \(entered.product.name) that may ask what a credential is worth.", action: create,
            reason: nil)
        rows = listing.items.map {
            let id = $0.id.description
            return Row(
                name: $0.name, address: entered.link(.resourceServer, id), id: id,
                audiences: $0.audiences.joined(separator: ", "), made: TimeWords($0.createdAt, now: entered.now))
        }
        hasRows = !rows.isEmpty
        paging = listing.next.map { next in
            Paging(
                words: "\(listing.items.count) on this page",
                nextLink: entered.link(.resourceServers, query: [("after", next.description)]))
        }
        nothing =
            hasRows
            ? nil
            : EmptyState(
                title: "No resource servers yet",
                words: "A backend that introspects tokens has an ID and a secret of its own.", action: create,
                code: CodeBlock(
                    """
                    curl -X POST \(entered.site.address.url("/api/v1/resource-servers")) \\
                      -H 'Authorization: Bearer …' -H 'Content-Type: application/json' \\
                      -d '{"name":"Backend","audiences":["https://api.example.com"]}'
                    """, label: "Create one with curl"))
        notice = entered.visit.done.map { .good($0.words(in: entered.words)) }
    }
}
