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
    static let pageSize = 200
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let name: String
        let id: String
        let audiences: String
        let made: TimeWords
    }

    let shell: Shell?
    let pageHead: PageHead
    let rows: [Row]
    let hasRows: Bool
    let nothing: EmptyState?
    var notice: Notice?

    init(_ entered: OperatorVisit, _ servers: [ResourceServer]) {
        shell = entered.shell()
        pageHead = PageHead(
            title: "Resource servers",
            lead:
                "The backends of \(entered.product.name) that may ask what a credential is worth. They’re made and rotated by the API.",
            action: nil, reason: nil)
        rows = servers.map {
            Row(
                name: $0.name, id: $0.id.description, audiences: $0.audiences.joined(separator: ", "),
                made: TimeWords($0.createdAt, now: entered.now))
        }
        hasRows = !rows.isEmpty
        nothing =
            hasRows
            ? nil
            : EmptyState(
                title: "No resource servers yet",
                words: "A backend that introspects tokens has an ID and a secret of its own.", action: nil,
                code: CodeBlock(
                    """
                    curl -X POST \(entered.site.address.url("/api/v1/resource-servers")) \\
                      -H 'Authorization: Bearer …' -H 'Content-Type: application/json' \\
                      -d '{"name":"Backend","audiences":["https://api.example.com"]}'
                    """, label: "Make one with curl"))
    }
}
