import CredentialFormat
import Credentials
import Model
import Persistence
import ProductDefinition

/// How much is used.
extension WebConsole {
    var usageRoutes: [PageRoute] {
        [
            shown(.usage, showUsage), shown(.apiKeyCalls, showCallsOfKey),
            shown(.integrationCalls, showCallsOfIntegration),
        ]
    }

    private func showCallsOfKey(_ entered: ConsoleVisit) async throws -> PageReply {
        let key = try await key(entered)
        return try await showCalls(
            of: key.id.description, named: key.name, key.lastUse, tabs(key, entered), .apiKey, entered)
    }

    private func showCallsOfIntegration(_ entered: ConsoleVisit) async throws -> PageReply {
        let integration = try await integration(entered)
        return try await showCalls(
            of: integration.id.description, named: integration.label, nil, tabs(integration, entered), .integration,
            entered)
    }

    private func showCalls(
        of id: String, named name: String, _ use: LastUse?, _ tabs: Tabs, _ first: ConsolePage, _ entered: ConsoleVisit
    ) async throws -> PageReply {
        let (days, outcomes, scopes) = try await reports(entered) { unit, grouping in
            UsageQuestion(unit, by: grouping, credential: id, most: Self.mostRows(by: grouping))
        }
        return .page(
            DetailPage(
                shell: entered.shell(below: "Calls", Crumb(words: name, address: entered.link(first, id))),
                pageHead: PageHead(title: name, lead: nil, action: nil, reason: nil), part: "Calls", headBadge: nil,
                tabs: tabs,
                panels: [
                    UsagePanels.chart(
                        days, words: "Days are those of UTC.",
                        nothing: "No call in 30 days. One is here some seconds after it was answered."),
                    days.callers.map { UsagePanels.callers($0, use, entered.now) },
                    UsagePanels.outcomes(outcomes, entered.words), UsagePanels.scopes(scopes, product),
                ].compactMap(\.self), notice: nil))
    }

    /// Of all that one may see here and below.
    private func showUsage(_ entered: ConsoleVisit) async throws -> PageReply {
        let (days, outcomes, scopes) = try await reports(entered) { unit, grouping in
            UsageQuestion(unit, by: grouping, includeDescendants: true, most: Self.mostRows(by: grouping))
        }
        let most = try await report(
            UsageQuestion(
                .total, by: .credential, includeDescendants: true, most: Self.mostRows(by: .credential)), entered)
        return .page(
            DetailPage(
                shell: entered.shell(below: "Calls"),
                pageHead: PageHead(
                    title: "Calls", lead: "Of \(entered.organization.name) and below.", action: nil, reason: nil),
                headBadge: nil, tabs: nil,
                panels: [
                    UsagePanels.chart(
                        days, words: "Days are those of UTC.",
                        nothing: "No call in 30 days. One is here some seconds after it was answered."),
                    UsagePanels.credentials(most, entered), UsagePanels.outcomes(outcomes, entered.words),
                    UsagePanels.scopes(scopes, product),
                ].compactMap(\.self), notice: nil))
    }

    /// Of credentials and of scopes there may be more than are told at once, and the page tells of the most used alone.
    private static func mostRows(by grouping: UsageGrouping?) -> Int? {
        switch grouping {
        case .credential, .scope: 1000
        case .none, .secret, .organization, .outcome, .status: nil
        }
    }

    private func reports(
        _ entered: ConsoleVisit, _ ask: @Sendable (UsageQuestion.Unit, UsageGrouping?) -> UsageQuestion
    ) async throws -> (days: UsageReport, outcomes: UsageReport, scopes: UsageReport) {
        let questions = [ask(.day, nil), ask(.total, .outcome), ask(.total, .scope)]
        return try await store.read(as: entered.actor) { [usage] tx in
            let told = try questions.map { question in
                try usage.report(on: question, in: entered.organization.id, as: entered.actor, tx: tx)
            }
            return (told[0], told[1], told[2])
        }
    }

    private func report(_ question: UsageQuestion, _ entered: ConsoleVisit) async throws -> UsageReport {
        try await store.read(as: entered.actor) { [usage] tx in
            try usage.report(on: question, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }
}
