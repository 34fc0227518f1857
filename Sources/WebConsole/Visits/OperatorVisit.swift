import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import TextForms
import Verification

/// A visit to a page of the operator's, by one of the operator's own people who may see it. ``WebConsole/enter(_:_:)`` alone
/// makes one.
struct OperatorVisit: Sendable {
    let visit: Visit
    let page: OperatorPage
    let me: SignedIn
    let actor: Actor
    let product: Product
    let site: Site
    /// Which nodes have heard of what the page before has just ended.
    var heard: FeedConfirmation?

    fileprivate init(
        _ visit: Visit, _ page: OperatorPage, _ me: SignedIn, _ actor: Actor, _ product: Product, _ site: Site
    ) {
        self.visit = visit
        self.page = page
        self.me = me
        self.actor = actor
        self.product = product
        self.site = site
    }

    var now: Instant { visit.now }
    var words: ProductWords { product.words }
    /// What the page before has just done.
    var doneNotice: Notice? {
        let things = FindLink.things(product) { ConsoleSections.isSeen($0, by: me.permissions, of: product) }
        let find = PageLink(
            words: FindLink.words, address: site.link(.console(ConsoleAddress(.find, in: me.organization.id))))
        return .done(visit.done, heard: heard, in: words, find: things.isEmpty ? nil : find)
    }

    /// The identifier in the path of this page.
    ///
    /// - Throws: ``PageProblem/notFound``
    func id<E: Entity>(of: E.Type = E.self) throws -> ID<E> {
        guard let id = visit.segment("id").flatMap({ ID<E>(parsing: $0) }) else { throw PageProblem.notFound }
        return id
    }

    func link(_ page: OperatorPage, _ identifier: String = "-", query: [(String, String)] = []) -> String {
        let text = query.map { "\(PercentEscape.value($0.0))=\(PercentEscape.value($0.1))" }.joined(separator: "&")
        return site.link(.operating(page, identifier)) + (text.isEmpty ? "" : "?\(text)")
    }

    /// The token of a form that is sent to a page, and to no other.
    func token(sentTo page: OperatorPage, _ identifier: String = "-") -> String {
        visit.token(for: .manage, about: page.path(identifier))
    }

    /// What a page of the navigation is called here.
    static func title(_ page: OperatorPage, _ words: ProductWords) -> String {
        page == .accounts
            ? words[.account].capitalizedPlural : OperatorPage.places.first { $0.page == page }?.title ?? ""
    }

    /// The shell of this page.
    ///
    /// - Parameter title: The page's own name, where it stands below one of the navigation.
    func shell(below title: String? = nil) -> Shell {
        let place = page.above
        let seen = OperatorPage.places(of: product).filter { me.permissions.contains($0.needs) }
        let items = seen.map { other in
            Navigation.Item(
                words: Self.title(other, words), address: link(other),
                mark: other == page ? "page" : title != nil && other == place ? "true" : nil)
        }
        return visit.shell(
            me, seeing: ConsoleSections.seen(by: me.permissions, of: product),
            link: { site.link(.console(ConsoleAddress($0, in: me.organization.id))) },
            navigation: Navigation(
                title: "For \(product.name)’s own people",
                groups: [Navigation.Group(heading: "Operator", items: items)],
                current: Self.title(place, words)),
            crumbs: title.map { [Crumb(words: Self.title(place, words), address: link(place)), Crumb(words: $0)] }
                ?? [],
            site: site)
    }
}

extension WebConsole {
    /// The one way to the operator's pages.
    ///
    /// - Throws: ``SignInNeeded``, or ``PageProblem/notFound`` for everybody else, as for what does not exist (law 12).
    func enter(_ visit: Visit, _ page: OperatorPage) throws -> OperatorVisit {
        let (me, actor) = try signedIn(visit)
        guard me.isOperator, actor.isOperator(holding: page.needs) else { throw PageProblem.notFound }
        return OperatorVisit(visit, page, me, actor, product, site)
    }
}
