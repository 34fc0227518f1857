import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// Makes an account, or changes its name, plan and time zone.
struct AccountFormPage: Page {
    static let template = PageTemplate.accountForm
    static let scripts: [Script] = [.menus]
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    let sentTo: String
    let token: String
    /// A name for this form, so that a form that is sent twice makes one; nil where nothing is made.
    let idempotencyKey: String?
    let name: String
    let nameError: String?
    let plans: [SelectOption]
    let hasPlans: Bool
    let planError: String?
    let timeZone: String
    let timeZoneError: String?
    let button: String
    let cancelLink: String
    let suspendLink: PageLink?
    let facts: [Fact]
    let hasFacts: Bool
    var notice: Notice?

    init(
        _ entered: OperatorVisit, _ account: Account?, name: String? = nil, plan: String? = nil,
        timeZone: String? = nil, _ errors: FieldErrors = .none
    ) {
        let word = entered.words[.account]
        let catalogue = entered.product.plans
        let id = account?.id.description ?? ""
        let title = account.map(\.organization.name) ?? "Create \(word.singular)"
        shell = entered.shell(below: title)
        pageHead = PageHead(title: title, lead: nil, action: nil, reason: nil)
        sentTo = account == nil ? entered.link(.newAccount) : entered.link(.account, id)
        token = account == nil ? entered.token(sentTo: .newAccount) : entered.token(sentTo: .account, id)
        idempotencyKey = account == nil ? FormRepetitions.idempotencyKey() : nil
        self.name = name ?? account?.organization.name ?? ""
        nameError = errors["name"]
        planError = errors["plan"]
        self.timeZone = timeZone ?? account?.timeZone ?? ""
        timeZoneError = errors["time_zone"]
        let chosen = plan ?? account?.plan ?? ""
        let standard = catalogue.standard.map { catalogue[$0]?.title ?? $0 }
        plans =
            [
                SelectOption(
                    value: "", words: standard.map { "As new ones have it: \($0)" } ?? "None", isChosen: chosen.isEmpty)
            ]
            + catalogue.definitions.filter { $0.status == .offered || $0.name == chosen || account != nil }.map {
                SelectOption(
                    value: $0.name, words: ($0.title ?? $0.name) + ($0.status == .legacy ? " (no longer offered)" : ""),
                    isChosen: $0.name == chosen)
            }
        hasPlans = !catalogue.definitions.isEmpty && account?.isOperator != true
        button = account == nil ? "Create \(word.singular)" : "Save changes"
        cancelLink = entered.link(.accounts)
        suspendLink = account.flatMap { account in
            account.isOperator
                ? nil
                : PageLink(
                    words: account.suspendedAt == nil ? "Suspend" : "Resume", address: entered.link(.suspendAccount, id)
                )
        }
        facts =
            account.map { account in
                [
                    Fact(term: "ID", text: id, isCode: true),
                    Fact(term: "Created", text: DateWords.minute(account.organization.createdAt)),
                    Fact(
                        term: "Status",
                        text: account.suspendedAt.map { "Suspended since \(DateWords.minute($0))" } ?? "Active"),
                ]
            } ?? []
        hasFacts = account != nil
        notice =
            entered.doneNotice ?? errors.notice(besides: ["name", "plan", "time_zone"])
    }
}
