import ProductDefinition
import Credentials
import SignIn
import CredentialFormat
import Model
import OAuth
import Persistence
import Policy

extension WebConsole {
    var appRoutes: [PageRoute] {
        [
            .shown(.apps, showApps),
            .taken(.takeBack, for: .takeBack, on: .apps, takeBack),
        ]
    }

    private func showApps(_ visit: Visit) async throws -> PageReply {
        let (me, _) = try signedIn(visit)
        let cursor = visit.parameter("cursor").flatMap { Cursor(parsing: $0) }
        let member = me.member.id
        let listing = try await store.read { [grants] tx in
            try grants.grants(of: member, page: Model.Page(after: cursor), tx: tx)
        }
        return .page(
            AppsPage(
                tabs: tabs(visit, isApps: true), apps: listing.items.map { consent($0, visit) },
                action: site.link(.takeBack),
                nextLink: listing.next.map { "\(site.link(.apps))?cursor=\(PercentEscape.value($0.description))" },
                notice: visit.done.map { .good($0.words) })
        ).saying(visit.done, at: site)
    }

    private func consent(_ described: DescribedGrant, _ visit: Visit) -> AppsPage.Consent {
        let id = described.grant.id.description
        let words = ConsentWords(catalogue: product.scopes)
        return AppsPage.Consent(
            id: id, initial: AppWords.initial(described.appName), name: described.appName,
            organization: described.organizationName, when: DateWords.day(described.grant.consentedAt),
            rights: words.describe(described.grant.scopes, grantedBefore: .empty).map {
                ConsentPage.Right(description: $0.description, danger: $0.danger)
            }, alarm: described.grant.lastReuse.map { AppsPage.words(for: $0) },
            token: visit.token(for: .takeBack, about: id))
    }

    private func takeBack(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (_, actor) = try signedIn(visit)
        guard let id = form["grant"].flatMap({ ID<Grant>(parsing: $0) }) else { throw PageProblem.unreadable }
        return try await done(.apps, .appTakenBack) {
            try await store.write { [grants] tx in try grants.revoke(own: id, as: actor, tx: tx) }
        }
    }
}
