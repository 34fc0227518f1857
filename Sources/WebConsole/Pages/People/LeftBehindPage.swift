import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What people who left have left behind: credentials that nobody looks after any more.
struct LeftBehindPage: Page {
    static let template = PageTemplate.leftBehind
    static let scripts: [Script] = [.menus, .times]
    static let pageSize = 50
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let credential: CredentialRow
        let address: String?
        let handOverLink: String?
    }

    let shell: Shell?
    let pageHead: PageHead
    let rows: [Row]
    let hasRows: Bool
    let paging: Paging?
    let nothing: EmptyState?
    /// Nil where there is no key that one may disable.
    let disabling: PageLink?
    var notice: Notice?

    init(_ entered: ConsoleVisit, _ listing: Listing<StewardedCredential>) {
        let title = "Left behind"
        shell = entered.shell(below: title)
        pageHead = PageHead(
            title: title,
            lead:
                "Created or looked after by somebody who has left. What works still works: hand it over, rotate its secret, or end it.",
            action: nil, reason: nil)
        let manages = entered.may(.membersManage)
        rows = listing.items.map { credential in
            Row(
                credential: CredentialRow(credential, entered, backTo: entered.visit.path),
                address: credential.address(entered),
                handOverLink: manages
                    ? credential.steward.map { entered.link(.handOverFromPerson, $0.description) } : nil)
        }
        let count = listing.items.count
        hasRows = count > 0
        paging = listing.next.map { next in
            Paging(
                words: "\(count) on this page",
                nextLink: entered.link(.leftBehind, query: [("cursor", next.description)]))
        }
        nothing =
            hasRows
            ? nil
            : EmptyState(
                title: "Nothing was left behind",
                words: "Everything that somebody created has somebody who looks after it.",
                action: PageLink(words: entered.sectionTitle, address: entered.link(.people)), code: nil)
        disabling = listing.items.disabling(entered, .disableLeftKeys)
        notice = entered.doneNotice
    }
}
