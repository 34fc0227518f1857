import CredentialFormat
import Model

/// How a list is ordered, and behind which of its items a page begins: two parts of its statement. Between items that are alike
/// the identifier decides, so that none is shown twice and none is left out.
struct ListOrder {
    /// What items are ordered by, as SQL that is never null.
    enum Key {
        case text(StaticString)
        case number(StaticString)
        /// When they were made. Identifiers are ordered by that themselves, and an index has them without their rows.
        case age

        fileprivate var sql: StaticString? {
            switch self {
            case .text(let sql), .number(let sql): sql
            case .age: nil
            }
        }

        fileprivate var isText: Bool {
            switch self {
            case .text: true
            case .number, .age: false
            }
        }
    }

    private let key: Key
    private let id: StaticString
    private let isDescending: Bool
    private let after: ListPlace?

    /// - Parameters:
    ///   - id: The column of the identifier.
    ///   - after: Behind which item to go on. A place in a list of another order is none.
    init(_ key: Key, id: StaticString, isDescending: Bool, after: ListPlace?) {
        self.key = key
        self.id = id
        self.isDescending = isDescending
        self.after = after.flatMap { $0.isText == key.isText ? $0 : nil }
    }

    /// What follows other conditions.
    var condition: BoundSQL {
        guard let after else { return "" }
        let beyond: StaticString = isDescending ? "<" : ">"
        guard let sql = key.sql else { return "AND \(fixed: id) \(fixed: beyond) \(after.storedID)" }
        return "AND (\(fixed: sql), \(fixed: id)) \(fixed: beyond) (\(after.stored), \(after.storedID))"
    }

    var clause: BoundSQL {
        let direction: StaticString = isDescending ? " DESC" : ""
        let last: BoundSQL = "\(fixed: id)\(fixed: direction)"
        guard let sql = key.sql else { return "ORDER BY \(part: last)" }
        return "ORDER BY \(fixed: sql)\(fixed: direction), \(part: last)"
    }
}

extension OrderedListing {
    /// The page of which one item more was asked for, which tells whether there is another.
    ///
    /// - Parameter place: The place behind an item.
    init(_ found: [Item], limit: Int, place: (Item) -> ListPlace) {
        let items = Array(found.prefix(limit))
        self.init(items: items, next: found.count > limit ? items.last.map(place) : nil)
    }
}

extension Transaction {
    /// A page of rows that each bring with them how many there are in all. Without a row that is asked alone.
    ///
    /// - Parameters:
    ///   - count: The part of the rows' statement that counts.
    ///   - place: The place behind an item.
    borrowing func counted<Item>(
        _ rows: [(item: Item, count: Int)], limit: Int, _ count: BoundSQL, place: (Item) -> ListPlace
    ) throws -> (page: OrderedListing<Item>, count: Int) {
        let listing = OrderedListing(rows.map(\.item), limit: limit, place: place)
        return (listing, try rows.first?.count ?? first("SELECT \(part: count)") { try $0.count(0) } ?? 0)
    }
}

extension Extent {
    /// A condition on an organization `o`.
    var condition: BoundSQL {
        switch self {
        case .organization(let path): "o.id = \(path.last)"
        case .within(let path): "o.path >= \(path.stored) AND o.path < \(path.storedEnd)"
        }
    }
}
