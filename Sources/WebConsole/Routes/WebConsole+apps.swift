import ProductDefinition
import Credentials
import SignIn
import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import TextForms

extension WebConsole {
    var appRoutes: [PageRoute] {
        [
            .shown(.apps, showApps),
            .shown(.takeBack, on: .apps, showRemoval),
            .taken(.takeBack, for: .takeBack, on: .apps, takeBack),
        ]
    }

    private func showApps(_ visit: Visit) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        let cursor = visit.parameter("cursor").flatMap { Cursor(parsing: $0) }
        let member = me.member.id
        let listing = try await store.read(as: actor) { [grants] tx in
            try grants.grants(of: member, page: Model.Page(after: cursor), tx: tx)
        }
        return .page(
            AppsPage(
                title: AccountPlace.apps.title(site.words), shell: try shell(visit, at: .apps),
                apps: listing.items.map { consent($0, at: visit.now) },
                hasApps: !listing.items.isEmpty,
                nextLink: listing.next.map { "\(site.link(.apps))?cursor=\(PercentEscape.value($0.description))" },
                notice: visit.done.map { .good($0.words(in: product.words)) })
        ).saying(visit.done, at: site)
    }

    private func consent(_ described: DescribedGrant, at now: Instant) -> AppsPage.Consent {
        let id = described.grant.id.description
        let scopes = ConsentWords(product).describe(described.grant.scopes, grantedBefore: .empty)
        return AppsPage.Consent(
            initial: Initial.of(described.appName), name: described.appName,
            organization: described.organizationName, summary: AppsPage.summary(scopes.map(ConsentPage.Right.init)),
            allowed: TimeWords(described.grant.consentedAt, now: now),
            used: described.lastUsedAt.map { TimeWords($0, now: now) }, groups: ConsentPage.groups(scopes),
            alarm: described.grant.lastReuse.map { AppsPage.words(for: $0, calling: site.words[.app]) },
            removeLink: "\(site.link(.takeBack))?grant=\(PercentEscape.value(id))")
    }

    /// Asks first. Of what is gone already, or was never one's own, there is nothing to ask.
    private func showRemoval(_ visit: Visit) async throws -> PageReply {
        let (me, actor) = try signedIn(visit)
        guard let id = visit.parameter("grant").flatMap({ ID<Grant>(parsing: $0) }) else {
            return .redirect(.apps, at: site)
        }
        let member = me.member.id
        guard
            let described = try await store.read(as: actor, { [grants] tx in try grants.grant(id, of: member, tx: tx) })
        else {
            return .redirect(.apps, at: site)
        }
        return .page(
            RemoveAppPage(
                shell: try shell(visit, at: .apps, below: described.appName), name: described.appName,
                organization: described.organizationName, action: site.link(.takeBack),
                token: visit.token(for: .takeBack, about: id.description), id: id.description,
                keepLink: site.link(.apps)))
    }

    private func takeBack(_ visit: Visit, _ form: PageForm) async throws -> PageReply {
        let (_, actor) = try signedIn(visit)
        guard let id = form["grant"].flatMap({ ID<Grant>(parsing: $0) }) else { throw PageProblem.unreadable }
        return try await done(.apps, .appTakenBack) {
            try await store.write(as: actor) { [grants] tx in try grants.revoke(own: id, as: actor, tx: tx) }
        }
    }
}
