import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What people will be asked, as they will see it, with one of the app's redirect URIs. Nothing can be answered on it.
struct ConsentPreviewPage: Page {
    static let template = PageTemplate.consentPreview
    static let scripts: [Script] = [.menus]
    let title: String

    struct Address: Hashable, Sendable {
        let text: String
        let address: String
        let isCurrent: Bool
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs
    let addresses: [Address]
    let hasAddresses: Bool
    let preview: ConsentPage
}

extension ConsentPreviewPage {
    /// - Parameter index: Which of the redirect URIs.
    init(_ entered: ConsoleVisit, _ app: App, at index: Int) {
        let id = app.id.description
        title = "Consent page of \(app.name)"
        shell = entered.shell(below: "Consent page", of: app)
        pageHead = PageHead(
            title: app.name,
            lead:
                "What people see when it asks for everything that it may ask for. This is a preview: nobody is asked.",
            action: nil, reason: nil)
        tabs = entered.tabs(of: app)
        addresses = app.redirectURIs.enumerated().map { other, uri in
            Address(
                text: uri.text, address: entered.link(.appPreview, id, query: [("uri", "\(other)")]),
                isCurrent: other == index)
        }
        hasAddresses = addresses.count > 1
        let question = ConsentQuestion(
            app: app, owner: entered.organization.name, isOwnersOwn: true, organizations: [entered.organization],
            hasMoreOrganizations: false, search: nil, suggested: entered.organization.id, consentedBefore: false,
            scopes: ConsentWords(entered.product).describe(app.scopes, grantedBefore: .empty))
        var page = ConsentPage(
            question, request: "",
            redirectURI: app.redirectURIs.indices.contains(index) ? app.redirectURIs[index].text : "",
            of: entered.me.member, calling: entered.words, action: "", token: "", otherUserLink: "",
            appsLink: entered.site.link(.apps))
        page.isPreview = true
        preview = page
    }
}
