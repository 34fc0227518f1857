import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Tokens
import Verification

/// The nodes, and whether they hear of revocations.
struct NodesPage: Page {
    static let template = PageTemplate.factPage
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    let facts: [Fact]
    var notice: Notice?

    init(_ entered: OperatorVisit, _ confirmation: FeedConfirmation) {
        shell = entered.shell()
        let silent = confirmation.nodes - confirmation.confirmed
        pageHead = PageHead(
            title: "Nodes", lead: "Each was just asked over the revocation feed whether it hears.", action: nil,
            reason: nil)
        facts = [
            Fact(term: "Nodes", text: "\(confirmation.nodes)", under: "this one included"),
            Fact(
                term: "Answered", text: "\(confirmation.confirmed) of \(confirmation.nodes)",
                under: confirmation.nodes == 1
                    ? "one process owns the database, and forgets before it answers"
                    : "within \(confirmation.milliseconds) ms"),
        ]
        notice =
            silent <= 0
            ? nil
            : .caution(
                "\(silent == 1 ? "1 node doesn’t" : "\(silent) nodes don’t") answer. One that hears nothing stops trusting its memory within a second, and asks the database."
            )
    }
}
