import CredentialFormat
import Credentials
import Model
import OAuth
import Persistence
import ProductDefinition

extension WebConsole {
    /// What people let apps do in an organization and below it.
    var consentRoutes: [PageRoute] {
        [
            shown(.consents, showConsents),
            shown(.consentsOfApp, showConsentsOfApp),
            shown(.consent, showConsent),
            shown(.removeConsent, showRemovalOfConsent),
            taken(.removeConsent, takeRemovalOfConsent),
            shown(.removeConsentsOfApp, showRemovalOfAll),
            taken(.removeConsentsOfApp, takeRemovalOfAll),
        ]
    }

    /// How many are taken back in one transaction, so that none is long.
    private static let batch = 200

    private func showConsents(_ entered: ConsoleVisit) async throws -> PageReply {
        try await showList(entered, of: nil)
    }

    private func showConsentsOfApp(_ entered: ConsoleVisit) async throws -> PageReply {
        try await showList(entered, of: try entered.id())
    }

    private func showList(_ entered: ConsoleVisit, of app: ID<App>?) async throws -> PageReply {
        let filters = AppList.filtersByPlace(entered)
        let request = ListRequest(
            entered.visit, filters: filters.map(\.name), columns: GrantQuery.Order.allCases.map(\.rawValue))
        var query = GrantQuery()
        query.after = request.after
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        let asked = query
        let (listing, name) = try await store.read(as: entered.actor) {
            [grants] tx -> (OrderedListing<DescribedGrant>, String?) in
            let listing = try grants.list(
                in: entered.organization, includeDescendants: !request.filters.contains(AppList.here), of: app,
                matching: NameSearch(request.search), asked, limit: ConsentList.pageSize, as: entered.actor, tx: tx)
            guard let app else { return (listing, nil) }
            if let shown = listing.items.first { return (listing, shown.appName) }
            return (listing, try Self.name(of: app, grants, entered, tx: tx))
        }
        // Of an app that nobody here lets in, nothing is told: not even whether there is one.
        guard app == nil || name != nil else { throw PageProblem.notFound }
        let list = ConsentList(entered: entered, request: request, filters: filters, app: app, appName: name)
        return .page(list.page(listing))
    }

    /// What an app is called that somebody lets act here, nil where nobody does.
    private static func name(
        of app: ID<App>, _ grants: GrantService, _ entered: ConsoleVisit, tx: borrowing Transaction
    ) throws -> String? {
        try grants.list(
            in: entered.organization.id, includeDescendants: true, of: app, page: Model.Page(limit: 1),
            as: entered.actor,
            tx: tx
        ).items.first?.appName
    }

    private func found(_ entered: ConsoleVisit) async throws -> DescribedGrant {
        let id: ID<Grant> = try entered.id()
        return try await store.read(as: entered.actor) { [grants] tx in
            try grants.get(id, within: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func showConsent(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(ManagedConsentPage(entered, try await found(entered)))
    }

    private func showRemovalOfConsent(_ entered: ConsoleVisit) async throws -> PageReply {
        let described = try await found(entered)
        let id = described.grant.id.description
        let who = described.memberName ?? "Whoever let it"
        return .page(
            QuestionPage(
                shell: entered.shell(
                    below: "Remove access", Crumb(words: described.appName, address: entered.link(.consent, id))),
                confirmation: Confirmation(
                    title: "Remove access of \(described.appName)?",
                    consequence: """
                        It loses the access that \(described.memberName ?? "somebody") gave in \(described.organizationName) at once. \
                        \(who) can give it access again.
                        """, verb: "Remove access", action: entered.link(.removeConsent, id),
                    token: entered.token(sentTo: .removeConsent, id), fields: [],
                    cancelLink: entered.link(.consent, id), alternative: nil, isTyped: false, expected: "")))
    }

    private func takeRemovalOfConsent(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Grant> = try entered.id()
        return try await doneOnce(entered, form, next: entered.url(.consents), .consentRemoved) { [grants] tx in
            try grants.revoke(id, within: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func showRemovalOfAll(_ entered: ConsoleVisit) async throws -> PageReply {
        let app: ID<App> = try entered.id()
        let (name, reach) = try await store.read(as: entered.actor) { [grants] tx in
            (
                try Self.name(of: app, grants, entered, tx: tx),
                try grants.reach(of: app, in: entered.organization.id, as: entered.actor, tx: tx)
            )
        }
        guard let name else { throw PageProblem.notFound }
        let id = app.description
        let place =
            entered.reachable.count < 2
            ? "in \(entered.organization.name)" : "in \(entered.organization.name) and everything below it"
        return .page(
            QuestionPage(
                shell: entered.shell(
                    below: "Remove all", Crumb(words: name, address: entered.link(.consentsOfApp, id))),
                confirmation: Confirmation(
                    title: "Remove all access of \(name)?",
                    consequence: """
                        \(AppWords.consequence(reach)) All of it ends \(place) at once. People can give it again.
                        """, verb: "Remove all access", action: entered.link(.removeConsentsOfApp, id),
                    token: entered.token(sentTo: .removeConsentsOfApp, id), fields: [],
                    cancelLink: entered.link(.consentsOfApp, id), alternative: nil, isTyped: false, expected: "")))
    }

    private func takeRemovalOfAll(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let app: ID<App> = try entered.id()
        @Sendable func removeSome(_ tx: borrowing Transaction) throws -> Int {
            try grants.revokeAll(of: app, in: entered.organization.id, atMost: Self.batch, as: entered.actor, tx: tx)
        }
        let reply = try await doneOnce(entered, form, next: entered.url(.consents), .consentsRemoved) { tx in
            guard try removeSome(tx) > 0 else { throw Refusal.notFound }
        }
        while try await store.write(as: entered.actor, { tx in try removeSome(tx) }) == Self.batch {}
        return reply
    }
}
