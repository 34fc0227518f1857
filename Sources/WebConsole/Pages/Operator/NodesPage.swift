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
    static let template = PageTemplate.nodes
    static let scripts: [Script] = [.menus, .times]
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let id: String
        let badge: Badge?
        /// What a row without a badge says.
        let status: String
        /// When its process began: its identifier says so.
        let since: TimeWords
        let heard: String
    }

    let shell: Shell?
    let pageHead: PageHead
    let facts: [Fact]
    let rows: [Row]
    let hasRows: Bool
    var notice: Notice?

    /// - Parameters:
    ///   - confirmation: What came of asking all whether they hear.
    ///   - view: As this node sees them.
    ///   - agreed: The digest of the definition that a node was last started with.
    init(_ entered: OperatorVisit, _ confirmation: FeedConfirmation, _ view: FeedView?, agreed: String?) {
        shell = entered.shell()
        let silent = confirmation.nodes - confirmation.confirmed
        let isShared = view?.isShared ?? false
        pageHead = PageHead(
            title: "Nodes",
            lead: isShared
                ? "Each was just asked over the revocation feed whether it hears."
                : "One process owns this database: what is revoked is forgotten before the answer.", action: nil,
            reason: nil)
        let isSame = view.flatMap { view in agreed.map { $0 == view.definition } }
        let differs = isSame == false
        let definition = Fact(
            term: "Product definition", text: differs ? "Differs" : "The same",
            under: differs
                ? "this node was started with another one than the node that started last"
                : "as of the node that started last")
        facts =
            [
                Fact(term: "Nodes", text: "\(confirmation.nodes)", under: "this one included"),
                Fact(
                    term: "Answered", text: "\(confirmation.confirmed) of \(confirmation.nodes)",
                    under: confirmation.nodes == 1 ? "nobody else had to" : "within \(confirmation.milliseconds) ms"),
            ] + (isSame == nil ? [] : [definition])
        rows = view.map { Self.rows($0, entered.now) } ?? []
        hasRows = !rows.isEmpty
        notice =
            silent > 0
            ? .caution(
                "\(silent == 1 ? "1 node doesn’t" : "\(silent) nodes don’t") answer. One that hears nothing stops trusting its memory within a second, and asks the database."
            )
            : differs
                ? .caution("Start every node with the same product definition: until then they may judge differently.")
                : nil
    }

    private static func rows(_ view: FeedView, _ now: Instant) -> [Row] {
        let own = Row(
            id: view.node.description, badge: view.isTrusted ? nil : Badge(.caution, "Asks the database"),
            status: "Trusts its memory", since: TimeWords(view.node.madeAt, now: now), heard: "This node")
        return [own]
            + view.others.map { other in
                let isSilent = other.silence >= 1000
                return Row(
                    id: other.node.description, badge: isSilent ? Badge(.caution, "Silent") : nil, status: "Heard",
                    since: TimeWords(other.node.madeAt, now: now),
                    heard: isSilent
                        ? "\(Numbers.counted(other.silence / 1000, "second")) ago"
                        : "\(Numbers.words(other.silence)) ms ago")
            }
    }
}

extension ID<Node> {
    /// When the process took it. It begins with the time.
    fileprivate var madeAt: Instant { Instant(milliseconds: Int64(clamping: value >> 80)) }
}
