import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition

/// What one person let an app do in one organization, for who looks after it.
struct ManagedConsentPage: Page {
    static let template = PageTemplate.managedConsent
    static let scripts: [Script] = [.menus]
    let title: String

    let shell: Shell?
    let pageHead: PageHead
    /// What happened to it, nil for nothing.
    let alarm: String?
    let facts: [Fact]
    let groups: [ConsentPage.Group]
    let all: PageLink
    let remove: PageLink?
    let notice: Notice?
}

extension ManagedConsentPage {
    init(_ entered: ConsoleVisit, _ described: DescribedGrant) {
        let (grant, words) = (described.grant, entered.words)
        title = described.appName
        shell = entered.shell(below: described.appName)
        let person = described.memberName ?? "somebody of \(words[.organization].indefinite) above"
        pageHead = PageHead(
            title: described.appName, lead: "Access that \(person) gave in \(described.organizationName).", action: nil,
            reason: nil)
        alarm = grant.lastReuse.map { AppsPage.words(for: $0, calling: entered.words[.app]) }
        let use = described.lastUse
        facts = [
            Fact(
                term: "Person", text: described.memberName ?? "Not told",
                under: described.memberEmail?.text
                    ?? "\(words[.member].capitalized) of \(words[.organization].indefinite) above"),
            Fact(term: words[.organization].capitalized, text: described.organizationName),
            Fact(
                term: "Since", text: DateWords.minute(grant.createdAt),
                under: grant.consentedAt == grant.createdAt
                    ? nil : "last asked \(DateWords.minute(grant.consentedAt))"),
            Fact(
                term: "Last used",
                text: described.lastUsedAt.map { TimeWords($0, now: entered.now).words.capitalizedFirst }
                    ?? "Never used",
                under: described.lastUsedAt.map { at in
                    let from = at == use?.at ? use?.address.map { " from \($0)" } ?? "" : ""
                    return DateWords.minute(at) + from
                }),
            Fact(
                term: "Calls", text: use.map { "\($0.count)" } ?? "None counted yet",
                under: "with its access tokens, as far as they were checked here"),
        ]
        groups = ConsentPage.groups(
            ConsentWords(entered.product).describe(grant.scopes, grantedBefore: .empty))
        all = PageLink(
            words: "All of \(described.appName)", address: entered.link(.consentsOfApp, grant.app.description))
        remove =
            entered.may(.grantsManage)
            ? PageLink(words: "Remove access", address: entered.link(.removeConsent, grant.id.description)) : nil
        notice = entered.doneNotice
    }
}
