import Model
import Policy
import ProductDefinition

/// The story of one thing, on the page of the thing itself.
enum AuditTable {
    /// The details that are worth a line.
    private static func details(of event: AuditEvent, _ words: AuditActionWords) -> String? {
        let shown = event.details.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty && $0.key != "secret" }
            .map { "\(words.detail($0.key)): \($0.value)" }
        return shown.isEmpty ? nil : shown.joined(separator: " · ")
    }

    /// The panel of it.
    static func panel(
        _ listing: Listing<AuditEvent>, _ names: ActorNames, _ entered: ConsoleVisit, next: (Cursor) -> String
    ) -> DetailPanel {
        let isEmpty = listing.items.isEmpty
        return DetailPanel(
            "activity", "Changes", rows: isEmpty ? nil : table(listing, names, entered, next: next),
            nothing: isEmpty ? "The audit log has nothing about it any more." : nil)
    }

    /// It newest first.
    private static func table(
        _ listing: Listing<AuditEvent>, _ names: ActorNames, _ entered: ConsoleVisit, next: (Cursor) -> String
    ) -> DetailTable {
        let words = AuditActionWords(words: entered.words)
        return DetailTable(
            caption: "What was done", columns: ["What", "Details", "By", "When", "From", "Request"],
            rows: listing.items.map { event in
                DetailTable.Row(
                    name: words.title(event.action), isCode: false, badge: nil, status: nil,
                    details: details(of: event, words),
                    cells: [
                        ListPage.Cell(text: names[event.actor]),
                        ListPage.Cell(time: TimeWords(event.at, now: entered.now)),
                        ListPage.Cell(text: event.address?.description ?? "At the server"),
                        ListPage.Cell(text: event.requestID),
                    ], actions: [])
            }, nextLink: listing.next.map(next))
    }
}
