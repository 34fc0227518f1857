import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition

extension WebConsole {
    var integrationRoutes: [PageRoute] {
        [shown(.integrations, showIntegrations)] + integrationSecretRoutes + integrationTokenRoutes
            + severalRoutes(.integration) + singleIntegrationRoutes + integrationDisablingRoutes + revealRoutes
    }

    private func showIntegrations(_ entered: ConsoleVisit) async throws -> PageReply {
        let filters = IntegrationList.filters(entered)
        let request = IntegrationList.request(entered, filters)
        let query = IntegrationList.query(request, entered)
        let limit = entered.terms.maximum(of: .integrations)
        let found = try await store.read(as: entered.actor) { [integrations] tx in
            try integrations.list(
                in: entered.organization,
                includeDescendants: !request.filters.contains(IntegrationList.Filter.here.rawValue), query,
                limit: IntegrationList.pageSize, countingTo: limit, as: entered.actor, tx: tx)
        }
        let frame = ListFrame(
            entered, .integrations, request, filters,
            searchLabel: "Search by label or \(product.words[.clientID].singular)",
            standard: ListRequest.Sort(column: "created", isDescending: true)
        ).filtered(by: product.scopes)
        return .page(integrationsPage(entered, frame, found.page, count: found.count, of: limit))
    }

    private func integrationsPage(
        _ entered: ConsoleVisit, _ frame: ListFrame, _ found: OrderedListing<ListedIntegration>, count: Int,
        of limit: Int
    ) -> ListPage {
        let word = product.words[.integration]
        let mayMake = entered.may(.integrationsManage)
        let create = entered.makingLink("Create \(word.singular)", to: .newIntegration)
        let isFull = count >= limit
        let head = PageHead(
            title: entered.heading,
            lead:
                "Programs that use the API for \(entered.organization.name). \(Numbers.words(count)) of \(Numbers.words(limit)) in the \(product.words[.account].singular).",
            action: mayMake && !isFull ? create : nil,
            reason: mayMake && isFull ? "All \(Numbers.words(limit)) are taken. Delete one to make room." : nil)
        let nothing = EmptyState(
            title: "No \(word.plural) yet",
            words: """
                \(word.indefinite.capitalizedFirst) is a program of yours that uses the API with a \
                \(product.words[.clientID].singular) and \(product.words[.clientSecret].singular) of its own. It gets tokens like this:
                """,
            action: mayMake && !isFull ? create : nil, code: TokenCommands(site: site, product: product).example)
        var columns = [
            frame.column("Label", by: "label"), ListPage.Column(words: "Status"),
            frame.column(product.words[.organization].capitalized, by: "organization"),
            frame.column("\(product.words[.clientSecret].capitalized) age", by: "secret", startsDescending: false),
            frame.column("Last used", by: "used", startsDescending: true),
        ]
        let isAlone = entered.reachable.count < 2
        if isAlone { columns.remove(at: 2) }
        let rows = found.items.enumerated().map { index, item in
            integrationRow(item, entered, index, of: found.items.count, mayMake: mayMake, isAlone: isAlone)
        }
        return frame.listPage(
            head, columns: columns, rows: rows, next: found.next, nothing: nothing, plural: word.plural,
            advice: frame.request.filters.compactMap(IntegrationList.Filter.init).map(\.advice),
            several: mayMake ? entered.link(.severalIntegrations, query: frame.request.query()) : nil)
    }

    private func integrationRow(
        _ item: ListedIntegration, _ entered: ConsoleVisit, _ index: Int, of count: Int, mayMake: Bool, isAlone: Bool
    ) -> ListPage.Row {
        let integration = item.integration
        let (id, home) = (integration.id.description, integration.organization)
        let organization = ListPage.Cell(text: item.organizationName)
        let cells = [
            ListPage.Cell(text: Spans.roughly(entered.now.seconds(since: item.secretAt))),
            IntegrationList.lastUse(item.lastUse, at: entered.now),
        ]
        return ListPage.Row(
            name: integration.label, link: entered.link(.integration, id, in: home), masked: id,
            badge: IntegrationList.badge(item, at: entered.now, product), status: "Active",
            cells: isAlone ? cells : [organization] + cells,
            rowMenu: RowMenu(
                of: integration.label, row: index, of: count,
                items: [
                    RowMenu.Item(words: "Open", address: entered.link(.integration, id, in: home), form: nil)
                ]
                    + (mayMake
                        ? [
                            RowMenu.Item(
                                words: "Rotate secret", address: entered.link(.rotateIntegration, id, in: home),
                                form: nil),
                            integration.disabling == nil
                                ? RowMenu.Item(
                                    words: "Disable", address: entered.link(.disableIntegration, id, in: home),
                                    form: nil)
                                : RowMenu.Item(
                                    words: "Enable", address: nil,
                                    form: RowMenu.Form(
                                        action: entered.link(.enableIntegration, id, in: home),
                                        token: entered.token(sentTo: .enableIntegration, id, in: home), fields: [])),
                        ] : []),
                dangerous: mayMake
                    ? [
                        RowMenu.Item(
                            words: "Delete", address: entered.link(.deleteIntegration, id, in: home), form: nil)
                    ]
                    : []))
    }
}

extension String {
    /// The same at the beginning of a sentence.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
