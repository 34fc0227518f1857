import Policy
import CredentialFormat
import Credentials
import Model
import ProductDefinition

/// What a page tells of calls.
enum UsagePanels {
    /// Calls a day, as a picture and in numbers.
    static func chart(_ report: UsageReport, words: String?, nothing: String) -> DetailPanel {
        let chart = DayChart(report)
        let total = "\(Numbers.counted(report.calls, "call")) in 30 days, \(Numbers.words(report.refused)) refused."
        return DetailPanel(
            "calls", "Calls a day", words: chart == nil ? nil : words.map { "\(total) \($0)" } ?? total, chart: chart,
            nothing: chart == nil ? nothing : nil)
    }

    /// What came of the calls, the most frequent first.
    static func outcomes(_ report: UsageReport, _ words: ProductWords) -> DetailPanel? {
        guard report.calls > 0 else { return nil }
        let refusals = RefusalWords(words: words)
        let rows = report.rows.sorted { $0.calls > $1.calls }.map { row in
            let outcome = row.group.outcome ?? ""
            let isRefused = outcome != CallTraits.admitted
            return DetailTable.Row(
                name: isRefused ? refusals.title(outcome) : "Let through", isCode: false, badge: nil, status: nil,
                details: isRefused ? refusals.advice(outcome) : nil,
                cells: [ListPage.Cell(text: Numbers.counted(row.calls, "call"))], actions: [])
        }
        return DetailPanel(
            "outcomes", "What came of them",
            rows: DetailTable(
                caption: "Outcomes", columns: ["Outcome", "What to do", "Calls"], rows: rows, nextLink: nil))
    }

    /// What the routes asked for, the most frequent first.
    static func scopes(_ report: UsageReport, _ product: Product) -> DetailPanel? {
        let rows = report.rows.filter { $0.group.scopes != "" }.sorted { $0.calls > $1.calls }.prefix(50)
        guard !rows.isEmpty else { return nil }
        return DetailPanel(
            "scopes", "What they asked for",
            rows: DetailTable(
                caption: "Scopes", columns: ["Scope", "Ends", "Calls"],
                rows: rows.map { row in
                    let name = row.group.scopes ?? ""
                    let ending = product.scopes.definitions.first { $0.scope.name == name }?.ending
                    return DetailTable.Row(
                        name: name == CallTraits.otherScopes ? "Others" : name,
                        isCode: name != CallTraits.otherScopes,
                        badge: ending.map { Badge(.caution, $0.endsAt.map { "Ends \(DateWords.day($0))" } ?? "Goes") },
                        status: ending == nil ? "Stays" : nil,
                        cells: [ListPage.Cell(text: Numbers.counted(row.calls, "call"))],
                        actions: [])
                }, nextLink: nil))
    }

    /// From where it was used, and by what.
    static func callers(_ callers: CredentialCallers, _ use: LastUse?, _ now: Instant) -> DetailPanel {
        let addresses =
            callers.addresses == 0
            ? "None" : "\(callers.addresses > 20 ? "About " : "")\(Numbers.words(callers.addresses))"
        var facts = [
            Fact(
                term: "Addresses", text: addresses, under: "different ones in the last 24 hours, where calls came from")
        ]
        if let use {
            facts.append(
                Fact(
                    term: "Last used", time: TimeWords(use.at, now: now),
                    after: use.address.map { " from \($0)" }))
        }
        facts.append(
            Fact(
                term: "Software", text: callers.agent ?? "Not said", under: "what the last caller called itself"))
        return DetailPanel("callers", "Where they come from", facts: facts)
    }

    /// What was used most.
    static func credentials(_ report: UsageReport, _ entered: ConsoleVisit) -> DetailPanel? {
        guard report.calls > 0 else { return nil }
        let rows = report.rows.sorted { $0.calls > $1.calls }.prefix(20)
        return DetailPanel(
            "most", "Used most",
            rows: DetailTable(
                caption: "Used most", columns: ["ID", "What it is", "Calls", "Refused"],
                rows: rows.map { row in
                    let id = row.group.credential.flatMap { id in row.group.kind.map { $0.text(of: id) } }
                    return DetailTable.Row(
                        name: id ?? "Others", isCode: id != nil, badge: nil,
                        status: row.group.kind.map { word($0, entered.words) },
                        cells: [
                            ListPage.Cell(text: Numbers.counted(row.calls, "call")),
                            ListPage.Cell(text: "\(Numbers.words(row.refused)) refused"),
                        ], actions: [])
                }, nextLink: nil))
    }

    private static func word(_ kind: KeptRefusal.Kind, _ words: ProductWords) -> String {
        switch kind {
        case .apiKey: words[.apiKey].capitalized
        case .integration: words[.integration].capitalized
        case .app: words[.app].capitalized
        case .grant: "Access of \(words[.app].plural)"
        case .resourceServer: "Backend"
        }
    }
}
