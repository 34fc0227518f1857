import Model
import Policy
import ProductDefinition

/// Refused requests of one credential, on its own page.
enum RefusalTable {
    /// Newest first.
    static func make(
        _ listing: Listing<KeptRefusal>, _ entered: ConsoleVisit, next: (Cursor) -> String
    ) -> DetailTable {
        let words = RefusalWords(words: entered.words)
        return DetailTable(
            caption: "Refused requests", columns: ["Why", "What to do", "When", "Asked", "From", "Request"],
            rows: listing.items.map { refusal in
                DetailTable.Row(
                    name: words.title(refusal.rule), isCode: false, badge: nil, status: nil,
                    details: words.advice(refusal.rule),
                    cells: [
                        ListPage.Cell(time: TimeWords(refusal.at, now: entered.now)),
                        ListPage.Cell(text: asked(refusal)),
                        ListPage.Cell(text: refusal.asked.address?.description ?? "Unknown"),
                        ListPage.Cell(text: refusal.requestID),
                    ],
                    actions: [
                        DetailAction(
                            words: "Details", of: refusal.requestID,
                            address: entered.link(.refusal, refusal.requestID, in: refusal.path.last))
                    ])
            }, nextLink: listing.next.map(next))
    }

    /// The scopes in one line.
    static func asked(_ refusal: KeptRefusal) -> String {
        refusal.asked.scopes.isEmpty ? "No scope" : refusal.asked.scopes.joined(separator: " ")
    }
}
