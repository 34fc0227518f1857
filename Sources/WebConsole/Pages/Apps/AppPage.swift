import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition

/// What is known of one app.
struct AppPage: Page {
    static let template = PageTemplate.app
    static let scripts: [Script] = [.menus, .copy, .times]
    var title: String { pageHead.title }

    /// A redirect URI, and whether it leads to the user's own machine.
    struct Address: Hashable, Sendable {
        let text: String
        let isLocal: Bool
    }

    let shell: Shell?
    let pageHead: PageHead
    let tabs: Tabs
    /// What to look at, nil for nothing.
    let warning: String?
    let clientID: CodeBlock
    let facts: [Fact]
    let addressesTitle: String
    let addresses: [Address]
    let groups: [ConsentPage.Group]
    let consents: PageLink?
    /// What can be done to it as a whole, none for who may not.
    let actions: [DetailAction]
    let hasActions: Bool
    let notice: Notice?
}

extension AppPage {
    /// - Parameters:
    ///   - maker: Who made it, nil where nobody knows or must know.
    ///   - disabler: Who disabled it, likewise.
    init(_ entered: ConsoleVisit, _ listed: ListedApp, reach: AppReach, maker: String?, disabler: String?) {
        let (app, words, product) = (listed.app, entered.words, entered.product)
        let id = app.id.description
        let mayManage = entered.may(.appsManage)
        shell = entered.shell(below: app.name)
        pageHead = PageHead(
            title: app.name, lead: AppWords.summary(of: app, words), action: nil, reason: nil)
        tabs = entered.tabs(of: app)
        let disabled = app.disabling.map { disabling in
            """
            Disabled \(TimeWords(disabling.at, now: entered.now).words)\(disabler.map { " by \($0)" } ?? ""). It and its tokens are \
            refused, and nobody can give it access.
            """
        }
        let local =
            app.redirectURIs.areLocal
            ? """
            Every redirect URI leads to the user’s own machine. It works for who runs the \(words[.app].singular) there, and for \
            nobody else. Add an https address before others are to use it.
            """ : nil
        warning = disabled ?? local
        clientID = CodeBlock(id, label: words[.clientID].capitalized, isWhole: true)
        facts = AppWords.facts(of: listed, reach, maker: maker, at: entered.now, in: product)
        addressesTitle = app.redirectURIs.count == 1 ? "Redirect URI" : "Redirect URIs"
        addresses = app.redirectURIs.map { Address(text: $0.text, isLocal: $0.isLocal) }
        groups = ConsentPage.groups(
            ConsentWords(product).describe(app.scopes, grantedBefore: .empty))
        consents =
            entered.sees(.consents) && reach.grants > 0
            ? PageLink(words: "See who gave it access", address: entered.link(.consentsOfApp, id)) : nil
        actions =
            mayManage
            ? [
                app.disabling == nil
                    ? DetailAction(words: "Disable", of: app.name, address: entered.link(.disableApp, id))
                    : DetailAction(
                        words: "Enable", of: app.name,
                        form: RowMenu.Form(
                            action: entered.link(.enableApp, id), token: entered.token(sentTo: .enableApp, id),
                            fields: [])),
                DetailAction(
                    words: "Delete \(words[.app].singular)", address: entered.link(.deleteApp, id), isDanger: true),
            ] : []
        hasActions = mayManage
        notice = entered.doneNotice
    }
}
