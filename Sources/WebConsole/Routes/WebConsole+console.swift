import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition
import SignIn

extension WebConsole {
    /// The pages of an account's people. Each area has its own.
    var consoleRoutes: [PageRoute] {
        [.shown(.home, showHome), shown(.overview, showOverview), shown(.choice, showChoice)] + integrationRoutes
            + apiKeyRoutes + managedAppRoutes + consentRoutes + clientRoutes + contactRoutes + connectionRoutes
            + webhookRoutes + peopleRoutes + organizationRoutes + auditLogRoutes + refusalRoutes + usageRoutes
            + findRoutes
    }

    /// A page that is shown to who may see it.
    func shown(
        _ page: ConsolePage, _ answer: @escaping @Sendable (ConsoleVisit) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(
            path: page.pattern, place: .alike(page, page),
            work: .shown { visit in
                if let reply = replyWithoutSecret(visit) { return reply }
                return try await within(page, visit) { entered in try await answer(entered) }
            })
    }

    /// What somebody is answered who has one of our secrets in the query of a page: the same page without it, which says so. Else it
    /// stayed in the address of the page, and went on from there into that of a sign-in. Nil where there is none.
    func replyWithoutSecret(_ visit: Visit) -> PageReply? {
        guard let query = SearchedText.withoutSecrets(query: visit.query) else { return nil }
        let plain = ReturnPath(visit.path, authorizationPaths: [])
        let whole = ReturnPath(query.isEmpty ? visit.path : "\(visit.path)?\(query)", authorizationPaths: [])
        return PageReply.redirect((whole ?? plain).map(ConsoleURL.returning) ?? .home, at: site)
            .telling(.searchedForSecret, at: site)
    }

    /// A form that is taken from who may see its page.
    ///
    /// - Parameter above: The page that it stands on, if that is another address.
    func taken(
        _ page: ConsolePage, on above: ConsolePage? = nil,
        _ answer: @escaping @Sendable (ConsoleVisit, PageForm) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(
            path: page.pattern, place: .alike(above ?? page, page),
            work: .taken(.manage) { visit, form in
                try await within(page, visit) { entered in try await answer(entered, form) }
            })
    }

    private func within(
        _ page: ConsolePage, _ visit: Visit, _ answer: (ConsoleVisit) async throws -> PageReply
    ) async throws -> PageReply {
        var entered = try await enter(visit, page)
        if let reply = planReply(entered) { return reply }
        entered.heard = await heard(of: visit.done)
        do {
            return try await answer(entered).saying(visit.done, at: site)
        } catch Refusal.notFound, Refusal.forbidden {
            throw PageProblem.notFound
        }
    }

    /// What stands there for who would see the section under another plan, nil for the section itself.
    func planReply(_ entered: ConsoleVisit) -> PageReply? {
        guard let feature = entered.page.section?.feature, !entered.terms.features.contains(feature) else { return nil }
        return .page(planPage(entered))
    }

    /// Says whom to ask.
    private func planPage(_ entered: ConsoleVisit) -> MessagePage {
        let plan = entered.planTitle.map { "Your plan, \($0), does" } ?? "Your plan does"
        let what =
            switch entered.page.section?.feature {
            case .apps: product.words[.app].plural
            case .connections: product.words[.connection].plural
            case .webhooks: "webhooks"
            case .apiAccess, nil: "access to the API"
            }
        return MessagePage(
            heading: entered.sectionTitle,
            paragraphs: [
                "\(plan) not include \(what). Ask \(product.name) to change the plan of \(entered.organization.name)."
            ],
            link: site.supportLink.map { PageLink(words: "Contact \(product.name)", address: $0) }, isQuiet: true,
            shell: entered.shell())
    }

    /// Where members go on: to the console of their organization, or to their own account where they see nothing of it.
    private func showHome(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        let first = ConsoleSections.seen(by: me.permissions, of: product).first?.pages.first?.sections.first
        guard let first else { return .redirect(.account, at: site) }
        return .redirect(
            .console(ConsoleAddress(ConsoleSections.root(first.section), in: me.organization.id)), at: site)
    }

    /// The organizations that one may go to, to search in.
    private func showChoice(_ entered: ConsoleVisit) async throws -> PageReply {
        let search = NameSearch(entered.visit.parameter("q"))
        let after = entered.visit.parameter("after").flatMap { ID<Organization>(parsing: $0) }
        let section = entered.visit.parameter("section").flatMap(ConsoleSection.init) ?? .overview
        let found = try await store.read(as: entered.actor) { tx in
            try tx.organizations(
                within: entered.root, matching: search, after: after, limit: OrganizationChoicePage.pageSize + 1)
        }
        return .page(OrganizationChoicePage(entered, found, search: search?.text, section: section))
    }
}
