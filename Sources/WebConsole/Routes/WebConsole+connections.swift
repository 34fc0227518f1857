import Connections
import CredentialFormat
import Credentials
import Events
import HTTPTypes
import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import SignIn

/// Connections: the list, one of them, and its end. How one is made stands in an extension of its own.
extension WebConsole {
    var connectionRoutes: [PageRoute] {
        [
            shown(.connections, showConnections), shown(.newConnection, showChoices), shown(.connectTo, showConnect),
            taken(.connectTo, takeConnect), shown(.connection, showConnection),
            shown(.connectionHistory, showConnectionHistory), shown(.connectionPromises, showConnectionPromises),
            shown(.connectionActivity, showConnectionActivity), taken(.reconnect, on: .connection, takeReconnect),
            taken(.renewConnection, on: .connection, takeRenewal), shown(.disconnect, showDisconnect),
            taken(.disconnect, takeDisconnect),
        ]
    }

    /// - Throws: ``PageProblem/notFound``
    func connectionDesk() throws -> ConnectionDesk {
        guard let connections else { throw PageProblem.notFound }
        return connections
    }

    private func showConnections(_ entered: ConsoleVisit) async throws -> PageReply {
        let service = try connectionDesk().service
        let filters = ConnectionList.filters(entered, service.choices)
        let request = ListRequest(
            entered.visit, filters: filters.map(\.name), columns: ConnectionQuery.Order.allCases.map(\.rawValue))
        let (query, most) = (ConnectionList.query(request), entered.terms.maximum(of: .connections))
        let found = try await store.read(as: entered.actor) { tx in
            try service.list(
                in: entered.organization,
                includeDescendants: !request.filters.contains(ConnectionList.Filter.here.rawValue), query,
                limit: ConnectionList.pageSize, countingTo: most, as: entered.actor, tx: tx)
        }
        let frame = ListFrame(
            entered, .connections, request, filters,
            searchLabel: "Search by name, ID, or what is below it",
            standard: ListRequest.Sort(column: "created", isDescending: true))
        return .page(ConnectionList.page(entered, frame, found.page, found.counts, service))
    }

    // MARK: - One

    private func details(_ entered: ConsoleVisit) async throws -> (details: ConnectionDetails, words: ConnectionWords) {
        let (service, id) = (try connectionDesk().service, try entered.id(of: Connection.self))
        let details = try await store.read(as: entered.actor) { tx in
            try service.describe(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
        return (details, ConnectionWords(details.listed, service, entered))
    }

    private func connectionTabs(_ connection: Connection, _ entered: ConsoleVisit) -> Tabs {
        let pages: [(String, ConsolePage)] =
            [("Details", .connection), ("History", .connectionHistory), ("Promises", .connectionPromises)]
            + (entered.may(.auditEventsRead) ? [("Activity", .connectionActivity)] : [])
        return entered.tabs(of: connection.name, connection.id.description, pages)
    }

    private func showConnection(_ entered: ConsoleVisit) async throws -> PageReply {
        let (details, words) = try await details(entered)
        let done = entered.doneNotice
        return .page(
            DetailPage(
                shell: entered.shell(below: details.connection.name),
                pageHead: PageHead(title: details.connection.name, lead: words.provider, action: nil, reason: nil),
                headBadge: words.badge, tabs: connectionTabs(details.connection, entered),
                panels: ConnectionPanels(details: details, words: words, entered: entered).all,
                notice: done ?? words.reason.map { Notice.hint($0) }))
    }

    /// A tab behind the first.
    private func part(
        _ title: String, of details: ConnectionDetails, _ words: ConnectionWords, _ entered: ConsoleVisit,
        _ panels: [DetailPanel]
    ) -> PageReply {
        let connection = details.connection
        return .page(
            DetailPage(
                shell: entered.shell(
                    below: title,
                    Crumb(words: connection.name, address: entered.link(.connection, connection.id.description))),
                pageHead: PageHead(title: connection.name, lead: words.provider, action: nil, reason: nil), part: title,
                headBadge: words.badge, tabs: connectionTabs(connection, entered), panels: panels, notice: nil))
    }

    private func showConnectionHistory(_ entered: ConsoleVisit) async throws -> PageReply {
        let (details, words) = try await details(entered)
        let service = try connectionDesk().service
        let history = try await store.read(as: entered.actor) { tx in
            try service.history(of: details, limit: ConnectionHistory.most, tx: tx)
        }
        return part(
            "History", of: details, words, entered,
            ConnectionHistory.panels(history.events, history.attempts, at: entered.now))
    }

    private func showConnectionPromises(_ entered: ConsoleVisit) async throws -> PageReply {
        let (details, words) = try await details(entered)
        let service = try connectionDesk().service
        let (lines, checks) = try await store.read(as: entered.actor) { tx in
            (
                try service.promises(of: details, limit: ConnectionPromises.most, tx: tx),
                try service.checks(of: details, tx: tx)
            )
        }
        let promises = ConnectionPromises.panels(
            lines, of: service.provider(details.connection.provider), at: entered.now)
        let checked = checks.map { ConnectionPromises.panel($0, of: words.provider, at: entered.now) }
        return part("Promises", of: details, words, entered, [checked].compactMap(\.self) + promises)
    }

    private func showConnectionActivity(_ entered: ConsoleVisit) async throws -> PageReply {
        let (details, words) = try await details(entered)
        let id = details.connection.id.description
        let page = Model.Page(limit: 50, after: entered.visit.parameter("after").flatMap { Cursor(parsing: $0) })
        let (listing, names) = try await store.read(as: entered.actor) { [audit, product] tx in
            let listing = try audit.list(
                in: entered.organization.id, matching: AuditFilter(target: id), page: page, as: entered.actor, tx: tx)
            return (listing, try ActorNames(listing.items.map(\.actor), for: entered.actor, of: product, tx: tx))
        }
        let changes = AuditTable.panel(listing, names, entered) { cursor in
            entered.link(.connectionActivity, id, query: [("after", cursor.description)])
        }
        return part("Activity", of: details, words, entered, [changes])
    }

    // MARK: - Renewed by hand

    private func takeRenewal(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try connectionDesk().service, try entered.id(of: Connection.self))
        let done: Done?
        do {
            done =
                switch try await service.renew(id, in: entered.organization.id, as: entered.actor).outcome {
                case .renewed, .unchanged: .connectionRenewed
                case .underWay, .postponed: .connectionRenewalWaits
                case .throttled: .connectionRenewalThrottled
                case .failed: .connectionNotRenewed
                }
        } catch Refusal.tooOften {
            done = .connectionTriedBefore
        } catch Refusal.conflict {
            // How it is now is said on its page.
            done = nil
        }
        let page = PageReply.redirect(entered.url(.connection, id.description), at: site)
        return done.map { page.telling($0, at: site) } ?? page
    }

    // MARK: - Its end

    private func question(_ entered: ConsoleVisit, _ wish: String?) async throws -> DisconnectQuestion {
        let (service, id) = (try connectionDesk().service, try entered.id(of: Connection.self))
        let forecast = try await service.forecast(ofEnding: id, in: entered.organization.id, as: entered.actor)
        return DisconnectQuestion(
            forecast: forecast, wish: wish.flatMap(RevocationWish.init) ?? .unlessOthersEnd,
            provider: service.title(of: forecast.connection.provider), entered: entered)
    }

    private func showDisconnect(_ entered: ConsoleVisit) async throws -> PageReply {
        let question = try await question(entered, entered.visit.parameter(named: DisconnectQuestion.wishField))
        let connection = question.forecast.connection
        guard connection.status != .disconnected else {
            return .redirect(entered.url(.connection, connection.id.description), at: site)
        }
        return .page(question.page())
    }

    private func takeDisconnect(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let service = try connectionDesk().service
        let question = try await question(entered, form.value(of: DisconnectQuestion.wishField))
        let id = question.forecast.connection.id
        let over = PageReply.redirect(entered.url(.connection, id.description), at: site)
            .telling(.disconnected, at: site)
        // The same form once more, or somebody else's: it is what they wanted.
        guard question.forecast.connection.status != .disconnected else { return over }
        guard !question.isTyped || form["typed"] == question.expected else {
            return .page(
                question.page(.bad("Type \(question.expected) to disconnect all of it.")), .unprocessableContent)
        }
        do {
            switch try await service.disconnect(
                id, in: entered.organization.id, revoking: question.wish, as: entered.actor)
            {
            case .disconnected: return over
            case .notRevoked(let failure):
                let words = ConnectFailureWords(failure, at: question.provider, of: product.name)
                return .page(
                    question.page(
                        .bad(
                            "\(words.heading), so nothing was destroyed. Try again later, or disconnect here alone: then access stays at \(question.provider)."
                        )), .serviceUnavailable)
            }
        } catch Refusal.conflict(code: "disconnected", _) {
            return over
        } catch Refusal.conflict {
            return .page(
                question.page(.caution("It’s being renewed at this moment, so nothing was changed. Try again.")),
                .conflict)
        }
    }
}
