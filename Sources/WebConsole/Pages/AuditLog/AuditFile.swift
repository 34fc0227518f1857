import Policy
import CredentialFormat
import Events
import Model
import Persistence
import ProductDefinition
import TextForms

/// Events of the audit log as a file for people and their spreadsheets: CSV (RFC 4180), one event a line, in the product's words and
/// with the log's own beside them.
struct AuditFile: Sendable {
    /// So many events at most: who needs more narrows the time.
    static let most = 5000
    static let type = CSVText.mediaType

    private var text = CSVText()
    private var count = 0
    private let words: AuditActionWords

    init(_ product: ProductWords) {
        words = AuditActionWords(words: product)
        let organization = product[.organization].capitalized
        line([
            "Time", "What", "Thing", "Who", organization, "Details", "Address", "Request ID", "Action", "Thing ID",
            "Who ID", "\(organization) ID", "Event ID",
        ])
    }

    /// All that there is, as far as a file goes.
    ///
    /// - Parameter list: Gives a page of it.
    init(_ product: ProductWords, _ list: (Model.Page) throws -> Listing<NamedAuditEvent>) rethrows {
        self.init(product)
        var cursor: Cursor?
        repeat {
            let listing = try list(Model.Page(limit: Model.Page.limits.upperBound, after: cursor))
            for event in listing.items { add(event) }
            cursor = listing.next
        } while cursor != nil && count < Self.most
        if cursor != nil { leaveOut() }
    }

    var bytes: [UInt8] { text.bytes }

    /// What the file is called that is made at `time`.
    static func name(at time: Instant) -> String { "audit-log-\(RFC3339.text(of: time).prefix(10)).csv" }

    private mutating func add(_ named: NamedAuditEvent) {
        let event = named.event
        count += 1
        let details = event.details.sorted { $0.key < $1.key }.map { "\(words.detail($0.key)): \($0.value)" }
        let thing: String = event.details["name"] ?? event.details["label"] ?? named.target ?? ""
        let (who, place) = (named.actor ?? "", named.organization ?? "")
        let (address, placeID) = (event.address?.description ?? "", event.organization?.description ?? "")
        line([
            RFC3339.text(of: event.at), words.title(event.action), thing, who, place, details.joined(separator: "; "),
            address, event.requestID, event.action, event.target, event.actor, placeID, event.id.description,
        ])
    }

    /// Says at the end that there is more.
    private mutating func leaveOut() {
        line(["", "More events are left out: a file has \(Numbers.words(Self.most)) at most. Narrow the time."])
    }

    private mutating func line(_ cells: [String]) {
        text.line(cells)
    }
}
