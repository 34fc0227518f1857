import Persistence

/// What a list was asked for, as its address says: a search, filters, an order and a place. Filters are parameters of their own,
/// `?never-used=on`, so that a form of boxes makes the same addresses as links do.
struct ListRequest: Hashable, Sendable {
    /// What to order by, and which way.
    struct Sort: Hashable, Sendable {
        let column: String
        let isDescending: Bool

        /// `-used` for the latest first.
        var text: String { (isDescending ? "-" : "") + column }
    }

    let search: String?
    /// Those in force, of those that the list has.
    let filters: [String]
    /// Nil for the list's own order.
    let sort: Sort?
    let after: ListPlace?

    /// - Parameters:
    ///   - filters: Those that the list has.
    ///   - columns: What it can be ordered by.
    init(_ visit: Visit, filters: [String], columns: [String]) {
        search = NameSearch(visit.parameter("q"))?.text
        self.filters = filters.filter { visit.parameter(named: $0) == "on" }
        sort = visit.parameter("sort").flatMap { text in
            let column = text.hasPrefix("-") ? String(text.dropFirst()) : text
            return columns.contains(column) ? Sort(column: column, isDescending: text.hasPrefix("-")) : nil
        }
        after = visit.parameter("after").flatMap { ListPlace(parsing: $0) }
    }

    /// The query of the same list with something else in it. What is left out is as it is; a place is never kept.
    func query(
        search: String?? = nil, without filter: String? = nil, sort: Sort?? = nil, after: ListPlace? = nil
    ) -> [(String, String)] {
        let search = search ?? self.search
        let sort = sort ?? self.sort
        return (search.map { [("q", $0)] } ?? []) + filters.filter { $0 != filter }.map { ($0, "on") }
            + (sort.map { [("sort", $0.text)] } ?? []) + (after.map { [("after", $0.description)] } ?? [])
    }
}
