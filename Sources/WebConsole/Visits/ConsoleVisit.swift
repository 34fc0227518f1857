import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Verification

/// A visit to a page of an organization, by somebody who may see that page there. ``WebConsole/enter(_:_:)`` alone makes one, so
/// a page that takes it cannot forget to ask.
struct ConsoleVisit: Sendable {
    let visit: Visit
    let page: ConsolePage
    let me: SignedIn
    let actor: Actor
    /// The one that the address names.
    let organization: Organization
    /// The organizations that one may go to, the highest first, up to one more than a menu holds.
    let reachable: [Organization]
    /// What the account may have.
    let terms: AccountTerms
    let product: Product
    let site: Site
    /// What one sees of the product, where it stands.
    let seen: [ConsolePlaces.Place]
    /// Which nodes have heard of what the page before has just ended.
    var heard: FeedConfirmation?
    private let standing: StoredStanding
    /// The organization in the text of nearly every link.
    private let organizationText: String

    fileprivate init(
        _ visit: Visit, _ page: ConsolePage, _ me: SignedIn, _ actor: Actor,
        in found: StoredPlace, product: Product, site: Site
    ) {
        self.visit = visit
        self.page = page
        self.me = me
        self.actor = actor
        reachable = found.others
        self.product = product
        self.site = site
        seen = ConsoleSections.seen(by: me.permissions, of: product)
        organization = found.organization
        organizationText = found.organization.id.description
        standing = found.standing
        terms = AccountTerms(of: found.standing, in: product)
    }

    var now: Instant { visit.now }
    /// What the page before has just done.
    var doneNotice: Notice? { .done(visit.done, heard: heard, in: words, find: findThings.isEmpty ? nil : findLink) }
    /// The highest organization that one may go to.
    var root: OrganizationPath { Self.root(for: me, at: organization) }
    var words: ProductWords { product.words }
    /// Whether the organization is the operator's own account.
    var isOperatorsAccount: Bool { standing.isOperator && organization.parent == nil }
    /// The plan of the account as people know it, nil where it has none.
    var planTitle: String? {
        (standing.plan ?? product.plans.standard).map { product.plans[$0]?.title ?? $0 }
    }

    /// The operator's people see everything, and look at one account at a time.
    fileprivate static func root(for me: SignedIn, at organization: Organization) -> OrganizationPath {
        me.isOperator ? OrganizationPath(root: organization.path.root) : me.organization.path
    }

    /// Whether one has a right here.
    func may(_ permission: Permission) -> Bool { actor.may(permission, in: organization.path) }

    /// Whether one sees anything of a section here.
    func sees(_ section: ConsoleSection) -> Bool {
        ConsoleSections.isSeen(section, by: me.permissions, of: product)
    }

    /// The identifier in the path of this page.
    ///
    /// - Throws: ``PageProblem/notFound``
    func id<E: Entity>(_ name: String = "id", of: E.Type = E.self) throws -> ID<E> {
        guard let id = visit.segment(name).flatMap({ ID<E>(parsing: $0) }) else { throw PageProblem.notFound }
        return id
    }

    /// A page with identifiers, in this organization.
    func url(
        _ page: ConsolePage, _ identifiers: String..., query: [(String, String)] = []
    ) -> ConsoleURL {
        .console(address(page, in: organization.id, identifiers, query))
    }

    /// A link to a page with identifiers, in this organization or another.
    func link(
        _ page: ConsolePage, _ identifiers: String..., in other: ID<Organization>? = nil, query: [(String, String)] = []
    ) -> String {
        site.link(.console(address(page, in: other ?? organization.id, identifiers, query)))
    }

    /// The same, with identifiers in a list.
    func link(_ page: ConsolePage, at identifiers: [String], query: [(String, String)] = []) -> String {
        site.link(.console(address(page, in: organization.id, identifiers, query)))
    }

    private func address(
        _ page: ConsolePage, in organization: ID<Organization>, _ identifiers: [String], _ query: [(String, String)]
    ) -> ConsoleAddress {
        ConsoleAddress(
            page, in: organization == self.organization.id ? organizationText : organization.description, identifiers,
            query: query.map { ConsoleAddress.Parameter(name: $0.0, value: $0.1) })
    }

    /// The token of a form that is sent to a page with identifiers, and to no other.
    func token(sentTo page: ConsolePage, _ identifiers: String..., in other: ID<Organization>? = nil) -> String {
        visit.token(for: .manage, about: address(page, in: other ?? organization.id, identifiers, []).path)
    }
}

extension WebConsole {
    /// The one way into the console: the organization of the address, within the reach of who is signed in, and what the page
    /// needs there.
    ///
    /// - Throws: ``SignInNeeded``, or ``PageProblem/notFound`` for what does not exist, what belongs to somebody else and what
    ///   one may not, which are not told from each other (law 12).
    func enter(_ visit: Visit, _ page: ConsolePage) async throws -> ConsoleVisit {
        _ = try signedIn(visit)
        guard let id = visit.segment("organization").flatMap({ ID<Organization>(parsing: $0) }) else {
            throw PageProblem.notFound
        }
        return try await enter(visit, page, in: id)
    }

    /// The same where the address names no organization, because a visitor comes back from elsewhere.
    func enter(_ visit: Visit, _ page: ConsolePage, in id: ID<Organization>) async throws -> ConsoleVisit {
        let (me, actor) = try signedIn(visit)
        let found = try await store.read(as: actor) { tx in
            try tx.organization(
                id, withThoseWithin: me.isOperator ? nil : me.organization.path, limit: OrganizationPicker.most + 1)
        }
        guard let found, actor.sees(found.organization.path) else { throw PageProblem.notFound }
        let entered = ConsoleVisit(visit, page, me, actor, in: found, product: product, site: site)
        let isSeen =
            page.section.map(entered.sees) ?? !entered.seen.isEmpty
        guard isSeen, page.needs.map(entered.may) ?? true else { throw PageProblem.notFound }
        return entered
    }
}
