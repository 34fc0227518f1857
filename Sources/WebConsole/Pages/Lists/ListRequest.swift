import Persistence
import Policy
import ProductDefinition

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
    /// The scope that all of them have, nil for any.
    let scope: String?
    /// Nil for the list's own order.
    let sort: Sort?
    let after: ListPlace?

    /// - Parameters:
    ///   - filters: Those that the list has.
    ///   - scopes: Those that it can be filtered by.
    ///   - columns: What it can be ordered by.
    init(_ visit: Visit, filters: [String] = [], scopes: ScopeCatalogue? = nil, columns: [String]) {
        search = NameSearch(visit.parameter("q"))?.text
        self.filters = filters.filter { visit.parameter(named: $0) == "on" }
        scope = scopes.flatMap { scopes in
            visit.parameter("scope").flatMap { Scope($0) }.flatMap { scopes.contains($0) ? $0.name : nil }
        }
        sort = visit.parameter("sort").flatMap { text in
            let column = text.hasPrefix("-") ? String(text.dropFirst()) : text
            return columns.contains(column) ? Sort(column: column, isDescending: text.hasPrefix("-")) : nil
        }
        after = visit.parameter("after").flatMap { ListPlace(parsing: $0) }
    }

    /// Whether the address leaves anything out.
    var isNarrow: Bool { search != nil || !filters.isEmpty || scope != nil }

    /// The order as a query of the tables has it.
    ///
    /// - Parameter standard: The list's own, and whether it is descending.
    func order<Order: RawRepresentable<String>>(or standard: (Order, Bool)) -> (Order, Bool) {
        guard let sort, let order = Order(rawValue: sort.column) else { return standard }
        return (order, sort.isDescending)
    }

    /// The query of the same list with something else in it. What is left out is as it is; a place is never kept.
    ///
    /// - Parameter filter: A filter that is left out; the scope's name is `scope`.
    func query(
        search: String?? = nil, without filter: String? = nil, sort: Sort?? = nil, after: ListPlace? = nil
    ) -> [(String, String)] {
        let search = search ?? self.search
        let sort = sort ?? self.sort
        var query: [(String, String)] = []
        if let search { query.append(("q", search)) }
        for other in filters where other != filter { query.append((other, "on")) }
        if let scope, filter != "scope" { query.append(("scope", scope)) }
        if let sort { query.append(("sort", sort.text)) }
        if let after { query.append(("after", after.description)) }
        return query
    }

    /// A column by which the list can be ordered.
    ///
    /// - Parameters:
    ///   - standard: In which order the list is when none was asked for, nil for one that no column has.
    ///   - startsDescending: Whether the first press shows the largest first.
    ///   - link: The list with a query.
    func column(
        _ words: String, by column: String, standard: Sort?, startsDescending: Bool = false, isFigure: Bool = false,
        link: ([(String, String)]) -> String
    ) -> ListPage.Column {
        let current = (sort ?? standard).flatMap { $0.column == column ? $0 : nil }
        let next = Sort(column: column, isDescending: current.map { !$0.isDescending } ?? startsDescending)
        return ListPage.Column(
            words: words, address: link(query(sort: next)),
            order: current.map { $0.isDescending ? "descending" : "ascending" }, isFigure: isFigure)
    }
}
