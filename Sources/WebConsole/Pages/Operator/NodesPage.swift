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
        /// Its machine and where it answers there, nil for one that has said nothing of itself.
        let place: String?
        let version: String?
        /// By how much its machine's clock is ahead of the database's.
        let clock: String?
        /// How old what it remembers may be.
        let age: String?
        /// The digest of the settings that nodes must agree upon.
        let configuration: String?
        /// In what it says something else than most.
        let differs: String?
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
    ///   - census: What they say of themselves.
    init(
        _ entered: OperatorVisit, _ confirmation: FeedConfirmation, _ view: FeedView?, agreed: String?,
        _ census: NodeCensus
    ) {
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
            ] + (isSame == nil ? [] : [definition]) + [Self.settings(census)]
        rows = view.map { Self.rows($0, census, entered.now) } ?? []
        hasRows = !rows.isEmpty
        notice =
            silent > 0
            ? .caution(
                "\(silent == 1 ? "1 node doesn’t" : "\(silent) nodes don’t") answer. One that hears nothing stops trusting its memory within a second, and asks the database."
            )
            : differs
                ? .caution("Start every node with the same product definition: until then they may judge differently.")
                : census.disagreements.isEmpty
                    ? census.leftOut > 0
                        ? .caution(
                            "\(Numbers.words(census.leftOut)) more nodes were heard within the hour and are silent. Something ends them without a word: see their logs."
                        ) : nil
                    : .caution(
                        "The nodes disagree about \(Self.names(census)): until they are started with the same, they may judge differently."
                    )
    }

    private static func names(_ census: NodeCensus) -> String {
        census.disagreements.map(\.setting).joined(separator: ", ")
    }

    /// Whether they agree in what they must.
    private static func settings(_ census: NodeCensus) -> Fact {
        let isSame = census.disagreements.isEmpty
        return Fact(
            term: "Settings", text: isSame ? "Agree" : "Differ",
            under: isSame ? "those that must be the same on all nodes" : "in \(names(census))")
    }

    /// Those that this one hears, and those that have said something of themselves and are not heard.
    private static func rows(_ view: FeedView, _ census: NodeCensus, _ now: Instant) -> [Row] {
        let known = Dictionary(census.nodes.map { ($0.report.node, $0) }) { first, _ in first }
        func row(_ id: ID<Node>, _ badge: Badge?, _ status: String, heard: String) -> Row {
            let report = known[id]?.report
            let differences = census.differences(of: id)
            return Row(
                id: id.description, badge: badge, status: status, since: TimeWords(id.madeAt, now: now), heard: heard,
                place: report.map { "\($0.host), \($0.listen)" }, version: report?.version,
                clock: report?.clockOffset.map { "\($0 > 0 ? "+" : "")\(Numbers.words($0)) ms" },
                age: report?.feedAge.map { "\(Numbers.words($0)) ms old" }, configuration: report?.configuration,
                differs: differences.isEmpty ? nil : "differs in \(differences.joined(separator: ", "))")
        }
        let own = row(
            view.node, view.isTrusted ? nil : Badge(.caution, "Asks the database"), "Trusts its memory",
            heard: "This node")
        let others = view.others.map { other in
            let isSilent = other.silence >= 1000
            return row(
                other.node, isSilent ? Badge(.caution, "Silent") : nil, "Heard",
                heard: isSilent
                    ? "\(Numbers.counted(other.silence / 1000, "second")) ago"
                    : "\(Numbers.words(other.silence)) ms ago")
        }
        let heard = Set([view.node] + view.others.map(\.node))
        let silent = census.nodes.filter { !heard.contains($0.report.node) }.map { node in
            row(
                node.report.node, Badge(.caution, "Not heard"), "Not heard",
                heard: "\(Numbers.counted(node.silence / 1000, "second")) ago")
        }
        return [own] + others + silent
    }
}
