import Policy
import CredentialFormat
import Events
import Model
import Persistence
import ProductDefinition

/// Events of the audit log as a file for people and their spreadsheets: CSV (RFC 4180), one event a line, in the product's words and
/// with the log's own beside them.
struct AuditFile: Sendable {
    /// So many events at most: who needs more narrows the time.
    static let most = 5000
    static let type = "text/csv; charset=utf-8; header=present"

    private(set) var bytes: [UInt8] = []
    private var count = 0
    private let words: AuditActionWords

    init(_ product: ProductWords) {
        words = AuditActionWords(words: product)
        let organization = product[.organization].capitalized
        // Without the mark, spreadsheets take what is in UTF-8 for something else.
        bytes += [0xEF, 0xBB, 0xBF]
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
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(cell)
        }
        bytes += [0x0D, 0x0A]
    }

    /// Writes a cell in quotation marks. A spreadsheet takes what begins with one of these for a formula, and names are what anybody
    /// wrote: an apostrophe before it has it taken for text (threat K10). Where `;` separates cells, as in many countries, what stands
    /// behind one begins a cell too, and quotation marks before it vanish.
    private mutating func write(_ cell: String) {
        bytes.append(UInt8(ascii: "\""))
        var isBeginning = true
        for byte in cell.utf8 {
            if isBeginning, Self.formulaBegins.contains(byte) { bytes.append(UInt8(ascii: "'")) }
            if byte == UInt8(ascii: "\"") {
                bytes.append(byte)
            } else {
                isBeginning = byte == UInt8(ascii: ";")
            }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let formulaBegins = Set("=+-@\t\r".utf8)
}
