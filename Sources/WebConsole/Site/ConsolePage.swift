import CredentialFormat
import Model
import Policy
import ProductDefinition
import TextForms

/// A page of an account's console: where it stands, which section it belongs to, and what somebody must be allowed to see it.
/// One value says so to routes and links alike. Each area has its pages in an extension of its own.
struct ConsolePage: Hashable, Sendable {
    /// Nil for a page that every section has.
    let section: ConsoleSection?
    /// What one must be allowed besides what the section needs.
    let needs: Permission?
    /// The path for the router: names in braces stand for identifiers, the organization's first.
    let pattern: String
    /// What stands around the identifiers behind the organization's.
    private let pieces: [String]

    /// - Parameter rest: Below the section's own path, such as `/{id}/rotate`.
    init(_ section: ConsoleSection, _ rest: String = "", needs: Permission? = nil) {
        self.init(section, needs, below: (section == .overview ? "" : "/\(section.rawValue)") + rest)
    }

    /// - Parameter rest: Below the organization's own path.
    private init(_ section: ConsoleSection?, _ needs: Permission?, below rest: String) {
        self.section = section
        self.needs = needs
        pattern = ReservedPath.console.below("{organization}\(rest)")
        let parts = rest.split(omittingEmptySubsequences: false) { $0 == "{" || $0 == "}" }
        pieces = stride(from: 0, to: parts.count, by: 2).map { String(parts[$0]) }
    }

    /// The path in an organization.
    ///
    /// - Parameter identifiers: What stands for the names in braces, in their order.
    func path(in organization: String, _ identifiers: [String] = []) -> String {
        // Put together from what was taken apart once: a page of a list has some three hundred links.
        var path = ""
        path.reserveCapacity(96)
        path += Self.root
        path += organization
        for (index, piece) in pieces.enumerated() {
            if index > 0 { path += index <= identifiers.count ? identifiers[index - 1] : "-" }
            path += piece
        }
        return path
    }

    private static let root = ReservedPath.console.below("")

    /// What stands in a path of this page for the names in braces, the organization first; nil for the path of another page.
    func identifiers(in path: String) -> [String]? {
        let (ours, theirs) = (pattern.split(separator: "/"), path.split(separator: "/"))
        guard ours.count == theirs.count else { return nil }
        var found: [String] = []
        for (ours, theirs) in zip(ours, theirs) {
            if ours.hasPrefix("{") { found.append(String(theirs)) } else if ours != theirs { return nil }
        }
        return found
    }

    /// What stands at the address of the organization itself.
    static let overview = ConsolePage(.overview)
    /// Where organizations are looked for, when there are many.
    static let choice = ConsolePage(nil, nil, below: "/choose")
    /// Where somebody asks whose a credential is.
    static let find = ConsolePage(nil, nil, below: "/find")
    /// How much is used.
    static let usage = ConsolePage(nil, nil, below: "/calls")
    /// Why one request was refused.
    static let refusal = ConsolePage(nil, nil, below: "/refusals/{request}")
}

/// The address of a console's page.
package struct ConsoleAddress: Hashable, Sendable {
    /// A parameter of the query.
    struct Parameter: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// The path alone, with nothing to escape in it.
    let path: String
    /// What follows the question mark, escaped; empty for none.
    private let query: String

    init(_ page: ConsolePage, in organization: ID<Organization>, _ identifiers: [String] = [], query: [Parameter] = [])
    {
        self.init(page, in: organization.description, identifiers, query: query)
    }

    /// - Parameter organization: The text of its identifier.
    init(_ page: ConsolePage, in organization: String, _ identifiers: [String] = [], query: [Parameter] = []) {
        path = page.path(in: organization, identifiers)
        self.query = query.map { "\(PercentEscape.value($0.name))=\(PercentEscape.value($0.value))" }
            .joined(separator: "&")
    }

    /// The page that stands with the same identifiers as another, nil where that is none of ours.
    init?(_ page: ConsolePage, like other: ConsolePage, at path: String) {
        guard let identifiers = other.identifiers(in: path), let organization = identifiers.first, Self.isPath(path)
        else { return nil }
        self.path = page.path(in: organization, Array(identifiers.dropFirst()))
        query = ""
    }

    /// An address as a browser asked for it, nil for none of ours. What no link of ours has in its query is left out with it.
    init?(asked path: String, query: String) {
        guard Self.isPath(path) else { return nil }
        self.path = path
        let isPlain = query.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}#".utf8.contains($0) }
        self.query = isPlain && query.utf8.count <= 2000 ? query : ""
    }

    var text: String { query.isEmpty ? path : "\(path)?\(query)" }

    /// Whether a path is one below an organization: its identifier, and at most six segments of letters, digits, `-` and `_`.
    /// Such a path leads to us and nowhere else, whatever stands in it (threat R10).
    static func isPath(_ path: String) -> Bool {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard (3...9).contains(segments.count), segments[0].isEmpty, segments[1] == "o",
            ID<Organization>(parsing: segments[2]) != nil
        else { return false }
        return segments.dropFirst(3).allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isPlain) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
