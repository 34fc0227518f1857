import Model
import Policy
import ProductDefinition

/// What an audit event says to people.
enum AuditWords {
    /// `Secret rotated`, from the action's own name where nothing better is known.
    static func title(of event: AuditEvent) -> String {
        let what = event.action.split(separator: ".").last.map(String.init) ?? event.action
        return what.replacing("-", with: " ").capitalizedFirst
    }

    /// The details that are worth a line.
    static func details(of event: AuditEvent) -> String? {
        let shown = event.details.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty && $0.key != "secret" }
            .map { "\($0.key.replacing("_", with: " ")): \($0.value)" }
        return shown.isEmpty ? nil : shown.joined(separator: " · ")
    }

    /// The story of one thing as a table, newest first.
    static func table(
        _ listing: Listing<AuditEvent>, _ names: ActorNames, _ entered: ConsoleVisit, next: (Cursor) -> String
    ) -> DetailTable {
        DetailTable(
            caption: "What was done", columns: ["What", "Details", "By", "When", "From", "Request"],
            rows: listing.items.map { event in
                DetailTable.Row(
                    name: title(of: event), isCode: false, badge: nil, status: nil, details: details(of: event),
                    cells: [
                        ListPage.Cell(text: names[event.actor]),
                        ListPage.Cell(time: TimeWords(event.at, now: entered.now)),
                        ListPage.Cell(text: event.address?.description ?? "–"),
                        ListPage.Cell(text: event.requestID),
                    ], actions: [])
            }, nextLink: listing.next.map(next))
    }
}
