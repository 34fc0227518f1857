/// Which part of a list a caller wants, by the names that this list has for it: they differ from list to list.
struct ListQuery: Sendable {
    /// What the parameters of a list are called, and how far they go.
    struct Names: Sendable {
        let search: String
        let size: String
        let mostSize: Int
        let sort: String
        /// What may be sorted by, and the column.
        let columns: [(name: String, column: SQLText)]
        /// Whether pages are also counted from 0, which is then the first.
        var allowsPageZero = false

        fileprivate var pages: ClosedRange<Int> { (allowsPageZero ? 0 : 1)...ListQuery.mostPage }

        /// How the document describes them.
        var parameters: [QueryParameter] {
            [
                QueryParameter(search, ["type": "string", "maxLength": .integer(ListQuery.mostSearch)]),
                QueryParameter(size, Self.whole(1...mostSize, usual: ListQuery.usualSize)),
                QueryParameter("pageNo", Self.whole(pages, usual: 1)),
                QueryParameter(sort, ["type": "string", "enum": .texts(columns.map(\.name))]),
                QueryParameter("sortOrder", ["type": "string", "enum": ["ASC", "DESC"], "default": "ASC"]),
            ]
        }

        private static func whole(_ range: ClosedRange<Int>, usual: Int) -> JSONValue {
            [
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
                "default": .integer(usual),
            ]
        }
    }

    let search: String?
    let size: Int
    /// From 1.
    let page: Int
    let order: SQLText

    private static let usualSize = 50
    private static let mostPage = 1_000_000
    private static let mostSearch = 500

    /// - Throws: 400 for what is out of range. Parameters of other names are not looked at.
    init(_ call: Call, _ names: Names) throws {
        search = call.query(names.search)
        // SQLite takes no pattern of any length.
        guard search.map({ $0.utf8.count <= Self.mostSearch * 4 && $0.count <= Self.mostSearch }) ?? true else {
            throw Refusal.invalid(
                names.search, .tooLong, "it has more than \(Self.mostSearch) characters", status: 400)
        }
        size = try Self.number(call, names.size, usual: Self.usualSize, in: 1...names.mostSize)
        let asked = try Self.number(call, "pageNo", usual: 1, in: names.pages)
        page = max(asked, 1)
        let direction: SQLText
        switch call.query("sortOrder") {
        case nil, "ASC": direction = "ASC"
        case "DESC": direction = "DESC"
        default: throw Refusal.invalid("sortOrder", .invalid, "it is ASC or DESC", status: 400)
        }
        if let name = call.query(names.sort) {
            guard let column = names.columns.first(where: { $0.name == name })?.column else {
                let known = names.columns.map(\.name).joined(separator: ", ")
                throw Refusal.invalid(names.sort, .invalid, "it is none of \(known)", status: 400)
            }
            order = "\(sql: column) \(sql: direction), id \(sql: direction)"
        } else {
            order = "created_at \(sql: direction), id \(sql: direction)"
        }
    }

    private static func number(_ call: Call, _ name: String, usual: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = call.query(name) else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal.invalid(
                name, .outOfRange, "a whole number from \(range.lowerBound) to \(range.upperBound) is expected",
                status: 400)
        }
        return number
    }

    /// The part of a statement that takes this page.
    var limit: SQLText { "ORDER BY \(sql: order) LIMIT \(size) OFFSET \((page - 1) * size)" }

    /// The condition that one of the columns has the text that is looked for.
    func matches(_ columns: [SQLText]) -> SQLText {
        guard let search else { return "1 = 1" }
        let pattern =
            "%"
            + search.lowercased().replacing("!", with: "!!").replacing("%", with: "!%")
            .replacing("_", with: "!_") + "%"
        let parts = columns.map { column -> SQLText in "lower(\(sql: column)) LIKE \(pattern) ESCAPE '!'" }
        return "(\(sql: SQLText.joined(parts, " OR ")))"
    }

    /// The answer with how many there are in all, and where the next part is.
    func reply(_ body: JSONValue, total: Int, to call: Call) -> Reply {
        let reply = Reply.json(body).with("X-Total-Count", String(total))
        guard page * size < total else { return reply }
        var pairs = call.queryPairs.filter { $0.name != "pageNo" }
        pairs.append(("pageNo", String(page + 1)))
        return reply.with("Link", "<\(call.link(with: pairs))>; rel=\"next\"")
    }
}
