package import CredentialFormat
import Model

/// A cursor of keyset pagination: a place in a list that is ordered by something else than age: behind an item, by what it is
/// ordered by and its identifier. It gives no right to anything.
package struct ListPlace: Hashable, Sendable, CustomStringConvertible {
    /// What an item is ordered by.
    package enum Value: Hashable, Sendable {
        case text(String)
        case number(Int64)
    }

    /// The longest text that is looked at, in bytes.
    private static let maximumLength = 1024

    package let value: Value
    private let cursor: Cursor

    package init(_ value: Value, _ id: ID<some Entity>) {
        self.value = value
        cursor = Cursor(after: id)
    }

    /// The place that `text` spells, or nil: a cursor, and `t` with a text or `n` with a number.
    package init?(parsing text: String) {
        guard text.utf8.count <= Self.maximumLength, let cursor = Cursor(parsing: text.prefix(22)) else { return nil }
        let rest = text.dropFirst(22)
        switch rest.first {
        case "t":
            // No name has one, and PostgreSQL takes none.
            guard !rest.utf8.contains(0) else { return nil }
            value = .text(String(rest.dropFirst()))
        case "n":
            guard let number = Int64(rest.dropFirst()) else { return nil }
            value = .number(number)
        default: return nil
        }
        self.cursor = cursor
    }

    /// The identifier of the item, as one of `E`.
    package func id<E: Entity>(of: E.Type = E.self) -> ID<E> { cursor.id() }

    /// The place behind an item in a list that is ordered by names, which no case tells apart.
    init(behind name: String, _ id: ID<some Entity>) {
        self.init(.text(NameSearch.asciiLowercased(name)), id)
    }

    /// The place behind an item in a list that is ordered by time; what has none comes before all.
    init(behind time: Instant?, _ id: ID<some Entity>) {
        self.init(.number(time?.milliseconds ?? 0), id)
    }

    /// As ``init(parsing:)`` reads it.
    package var description: String {
        switch value {
        case .text(let text): "\(cursor)t\(text)"
        case .number(let number): "\(cursor)n\(number)"
        }
    }

    /// What stands in a statement for the value.
    var stored: StoredValue {
        switch value {
        case .text(let text): .text(text)
        case .number(let number): .integer(number)
        }
    }

    /// What stands in a statement for the identifier.
    var storedID: StoredValue { id(of: Organization.self).stored }

    /// Whether it is a place in a list that is ordered by texts, or else by numbers.
    var isText: Bool {
        switch value {
        case .text: true
        case .number: false
        }
    }
}

/// A list of one page, as far as it was asked for.
package struct OrderedListing<Item: Sendable>: Sendable {
    package let items: [Item]
    /// Where the next page begins, nil at the end.
    package let next: ListPlace?

    package init(items: [Item], next: ListPlace?) {
        self.items = items
        self.next = next
    }
}
