import Policy
import SignIn
import CredentialFormat
import Model
import ProductDefinition

/// Where the audit log is looked at: in an organization with what is below it, or all of it by the operator's people.
struct AuditLogPlace: Sendable {
    /// The shell, below the first page of the section where a title is said.
    let shell: @Sendable (_ title: String?) -> Shell
    let heading: String
    /// What is in it, before the order: `What was changed in Europe and below`.
    let lead: String
    let tabs: Tabs?
    let words: ProductWords
    let now: Instant
    /// Whether what only the operator's own events are about can be searched for.
    let hasOperatorActions: Bool
    /// Where most events are, so that it need not be said of each.
    let organization: ID<Organization>?
    /// The log, as far as a query asks for it.
    let link: @Sendable (_ query: [(String, String)]) -> String
    /// What happened to a thing.
    let story: @Sendable (_ thing: String, _ query: [(String, String)]) -> String
    /// The same as a file.
    let file: @Sendable (_ query: [(String, String)]) -> String
    /// What the page before has just done.
    let doneNotice: Notice?
    /// How the same is asked of the management API.
    let command: CodeBlock

    init(_ entered: ConsoleVisit) {
        shell = { entered.shell(below: $0) }
        heading = entered.heading
        lead = "What was changed in \(entered.organization.name) and below"
        tabs = entered.sectionTabs
        words = entered.words
        now = entered.now
        hasOperatorActions = entered.me.isOperator
        organization = entered.organization.id
        link = { entered.link(.auditLog, query: $0) }
        story = { entered.link(.story, $0, query: $1) }
        file = { entered.link(.auditFile, query: $0) }
        doneNotice = entered.doneNotice
        command = ManagementCommands(entered).listing("audit-events")
    }

    init(_ entered: OperatorVisit) {
        shell = { entered.shell(below: $0) }
        heading = OperatorVisit.title(.auditLog, entered.words)
        lead = "What was changed anywhere, with what belongs to nobody"
        tabs = nil
        words = entered.words
        now = entered.now
        hasOperatorActions = true
        organization = nil
        link = { entered.link(.auditLog, query: $0) }
        // Of what happened to a thing there is no page of its own here.
        story = { entered.link(.auditLog, query: [("thing", $0)] + $1) }
        file = { entered.link(.auditFile, query: $0) }
        doneNotice = entered.doneNotice
        command = ManagementCommands.listing(entered.site.address.url("/api/v1/audit-events"))
    }
}
